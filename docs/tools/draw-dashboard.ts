import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { widgetsOf } from "../../infra/monitoring/dashboard-widgets.ts";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { loadStage } from "../../infra/stage-file/load-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../infra/template.ts";
import { drawDashboard } from "./dashboard-picture/draw-widgets.ts";

const HELP = `npm run dashboard-picture [-- --stage prod] [--stages <folder>] [--out docs/dashboard.svg]
Draws the dashboard of a stage, as its template has it, with the figures of an invented day.`;

const { values } = parseArgs({
  options: {
    stage: { type: "string", default: "prod" },
    stages: { type: "string" },
    out: { type: "string", default: "docs/dashboard.svg" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) console.log(HELP);
else {
  const stage = readStage(await loadStage(values.stage, values.stages), connectors, values.stages);
  writeFileSync(values.out, drawDashboard(widgetsOf(bareTemplate(stage)), stage));
  console.log(`${values.out} shows the dashboard of ${values.stage}.`);
}
