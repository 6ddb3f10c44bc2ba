import { createProviderHandler } from "../../create-order/provider-handler.ts";
import { akinon } from "./index.ts";

export const handler = createProviderHandler(akinon);
