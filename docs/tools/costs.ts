import { readFileSync, writeFileSync } from "node:fs";
import { Command } from "commander";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { loadStage } from "../../infra/stage-file/load-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../infra/template.ts";
import { costReport, withReport } from "./costs/report.ts";

interface Options {
  stage: string;
  stages?: string;
  into?: string;
}

await new Command("npm run costs --")
  .description("Prints what a stage costs a month, with its arithmetic, counted from its template.")
  .option("--stage <stage>", "the stage", "prod")
  .option("--stages <folder>", "the folder of its file, if not infra/stages")
  .option("--into <page>", "writes the report between the marks of a page: docs/costs.md")
  .action(async ({ stage: name, stages, into }: Options) => {
    const stage = readStage(await loadStage(name, stages), connectors, stages);
    const report = costReport(stage, bareTemplate(stage));
    if (into === undefined) console.log(report);
    else writeFileSync(into, withReport(readFileSync(into, "utf8"), report));
  })
  .parseAsync();
