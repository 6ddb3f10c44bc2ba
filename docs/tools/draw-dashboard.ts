import { writeFileSync } from "node:fs";
import { Command } from "commander";
import { widgetsOf } from "../../infra/monitoring/dashboard-widgets.ts";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { loadStage } from "../../infra/stage-file/load-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../infra/template.ts";
import { drawDashboard } from "./dashboard-picture/draw-widgets.ts";

interface Options {
  stage: string;
  stages?: string;
  out: string;
}

await new Command("npm run dashboard-picture --")
  .description("Draws the dashboard of a stage, as its template has it, with the figures of an invented day.")
  .option("--stage <stage>", "the stage", "prod")
  .option("--stages <folder>", "the folder of its file, if not infra/stages")
  .option("--out <file>", "where to", "docs/dashboard.svg")
  .action(async ({ stage: name, stages, out }: Options) => {
    const stage = readStage(await loadStage(name, stages), connectors, stages);
    writeFileSync(out, drawDashboard(widgetsOf(bareTemplate(stage)), stage));
    console.log(`${out} shows the dashboard of ${name}.`);
  })
  .parseAsync();
