export { akinon } from "./akinon/index.ts";
export { kakaclo } from "./kakaclo/index.ts";
export { lingxing } from "./lingxing/index.ts";
export type { Provider } from "./provider.ts";
export { s2 } from "./s2/index.ts";
export { shoplazza } from "./shoplazza/index.ts";
