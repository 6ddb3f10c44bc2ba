import { createProviderHandler } from "../../create-order/provider-handler.ts";
import { s2 } from "./index.ts";

export const handler = createProviderHandler(s2);
