import { existsSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { StageFile } from "./define-stage.ts";
import { StageConfigError } from "./stage-config-error.ts";

const STAGES = new URL("../stages/", import.meta.url);

/** The path of a stage's file from the project's root. @param folder as in loadStage */
export const stagePath = (name: string, folder = "infra/stages"): string => join(folder, `${name}.ts`);

/**
 * @param name `prod` for infra/stages/prod.ts; undefined if the user named none
 * @param folder of the stage files, if not infra/stages (`-c stages=<folder>`, from the project's root)
 * @throws StageConfigError if the file does not exist or exports no stage of that name
 */
export async function loadStage(name: string | undefined, folder?: string): Promise<StageFile> {
  const stages = folder === undefined ? STAGES : pathToFileURL(`${resolve(folder)}/`);
  if (name === undefined)
    throw new StageConfigError(folder ?? "infra/stages", [`say which stage: ${choices(stages) || "-c stage=<stage>"}`]);
  const file = new URL(`${name}.ts`, stages);
  const path = stagePath(name, folder);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    // Without `-c stage=`: the operator's commands and npm start take the name as --stage.
    const known = stagesIn(stages).join(" or ");
    throw new StageConfigError(path, [
      `there is no such file; copy infra/stages/prod.ts${known === "" ? "" : `, or take the stage ${known}`}`,
    ]);
  }
  const { stage }: { stage?: StageFile } = await import(file.href);
  if (!stage) throw new StageConfigError(path, ["exports no stage; write `export const stage = defineStage({ … })`"]);
  if (stage.stage !== name) {
    throw new StageConfigError(path, [`its stage is "${stage.stage}"; write stage: "${name}", the name of the file`]);
  }
  return stage;
}

/** `-c stage=prod or …`, with every stage in the folder. */
const choices = (stages: URL): string =>
  stagesIn(stages)
    .map((name) => `-c stage=${name}`)
    .join(" or ");

function stagesIn(stages: URL): string[] {
  const files = existsSync(stages) ? readdirSync(stages) : [];
  return files.flatMap((file) => (file.endsWith(".ts") ? basename(file, ".ts") : []));
}
