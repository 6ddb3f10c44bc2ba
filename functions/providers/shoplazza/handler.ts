import { createProviderHandler } from "../../create-order/provider-handler.ts";
import { shoplazza } from "./index.ts";

export const handler = createProviderHandler(shoplazza);
