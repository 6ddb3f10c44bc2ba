import { existsSync, readdirSync } from "node:fs";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { StageFile } from "./stage.ts";
import { StageMistake } from "./stage-mistake.ts";

const STAGES = new URL("./stages/", import.meta.url);

/**
 * @param name `prod` for infra/stages/prod.ts
 * @param folder where the stage files lie, if not in infra/stages (`-c stages=<folder>`, from the project's root)
 * @throws StageMistake where there is no such file, or it holds no stage of that name
 */
export async function loadStage(name: string, folder?: string): Promise<StageFile> {
  const stages = folder === undefined ? STAGES : pathToFileURL(`${resolve(folder)}/`);
  const file = new URL(`${name}.ts`, stages);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    const known = readdirSync(stages).map((path) => basename(path, ".ts"));
    throw new StageMistake(name, [
      `there is no such file; copy infra/stages/prod.ts, or take -c stage=${known.join(" or ")}`,
    ]);
  }
  const { stage }: { stage?: StageFile } = await import(file.href);
  if (!stage) throw new StageMistake(name, ["exports no stage; write `export const stage = defineStage({ … })`"]);
  if (stage.stage !== name) {
    throw new StageMistake(name, [`its stage is "${stage.stage}"; write stage: "${name}", as the file is called`]);
  }
  return stage;
}
