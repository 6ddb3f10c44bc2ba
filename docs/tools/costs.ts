import { readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { loadStage } from "../../infra/stage-file/load-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../infra/template.ts";
import { costReport, withReport } from "./costs/report.ts";

const HELP = `npm run costs [-- --stage prod] [--stages <folder>] [--into docs/costs.md]
What a stage costs a month, with its arithmetic, counted from its template; --into writes it between a page's marks.`;

const { values } = parseArgs({
  options: {
    stage: { type: "string", default: "prod" },
    stages: { type: "string" },
    into: { type: "string" },
    help: { type: "boolean", short: "h", default: false },
  },
});
if (values.help) console.log(HELP);
else {
  const stage = readStage(await loadStage(values.stage, values.stages), connectors, values.stages);
  const report = costReport(stage, bareTemplate(stage));
  if (values.into === undefined) console.log(report);
  else writeFileSync(values.into, withReport(readFileSync(values.into, "utf8"), report));
}
