import { existsSync, readdirSync } from "node:fs";
import { basename } from "node:path";
import type { StageFile } from "./stage.ts";
import { StageMistake } from "./stage-mistake.ts";

const STAGES = new URL("./stages/", import.meta.url);

/**
 * @param name `prod` for infra/stages/prod.ts
 * @throws StageMistake where there is no such file, or it holds no stage of that name
 */
export async function loadStage(name: string): Promise<StageFile> {
  const file = new URL(`${name}.ts`, STAGES);
  if (!/^[a-z0-9-]+$/.test(name) || !existsSync(file)) {
    const known = readdirSync(STAGES).map((path) => basename(path, ".ts"));
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
