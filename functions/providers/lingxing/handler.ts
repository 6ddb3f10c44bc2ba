import { createProviderHandler } from "../../create-order/provider-handler.ts";
import { lingxing } from "./index.ts";

export const handler = createProviderHandler(lingxing);
