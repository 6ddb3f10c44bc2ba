export { akinon } from "./providers/akinon/index.ts";
export { kakaclo } from "./providers/kakaclo/index.ts";
export { lingxing } from "./providers/lingxing/index.ts";
export { s2 } from "./providers/s2/index.ts";
export { shoplazza } from "./providers/shoplazza/index.ts";
