import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Connectors } from "../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";
import { stage as prod } from "../../infra/stages/prod.ts";
import { stage as local } from "../../local/stages/local.ts";
import { appChannels, appStage } from "./app-channels.ts";
import { bazaar, connectors, stageFile, synthesisedTemplate } from "./synthesised.ts";
import { WRITTEN_TEMPLATES, writeTemplate } from "./written-template.ts";

/** Stage files that several test files read the template of, each with its connectors. */
export const FIXED_STAGES: readonly (readonly [StageFile, Connectors])[] = [
  [stageFile(), bazaar],
  [appStage(), appChannels],
  [local, connectors],
  [prod, connectors],
];

/** Synthesises the fixed stages once for all test files, which inherit the folder's path. @returns the folder */
export function fixedTemplates(): string {
  const folder = mkdtempSync(join(tmpdir(), "order-relay-templates-"));
  for (const [file, known] of FIXED_STAGES) writeTemplate(folder, file, known, synthesisedTemplate(file, known));
  process.env[WRITTEN_TEMPLATES] = folder;
  return folder;
}
