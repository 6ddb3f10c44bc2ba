export { kakaclo } from "./kakaclo/index.ts";
export { s2 } from "./s2/index.ts";
export { shoplazza } from "./shoplazza/index.ts";
