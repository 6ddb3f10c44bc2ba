import { createProviderHandler } from "../../create-order/provider-handler.ts";
import { kakaclo } from "./index.ts";

export const handler = createProviderHandler(kakaclo);
