import { defineStage } from "../../../infra/stage-file/define-stage.ts";
import { stage as first } from "../first/deploytest.ts";

/** The same stage some weeks later: another provider, another route. */
export const stage = defineStage({
  ...first,
  destinations: [...first.destinations, { provider: "shoplazza", name: "demo", settling: "2s", callTimeout: "1500ms" }],
  routes: [...first.routes, { from: ["shopify/demo"], to: ["shoplazza/demo"], when: "ready" }],
});
