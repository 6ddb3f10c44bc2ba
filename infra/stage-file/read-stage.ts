import * as z from "zod/mini";
import { Config } from "../../shared/stage/config.ts";
import { checkStage } from "./check-stage.ts";
import type { Stage } from "./checked-stage.ts";
import type { Connectors } from "./connectors.ts";
import { Infrastructure, StageFile } from "./define-stage.ts";
import { describeIssue } from "./describe-issue.ts";
import { stagePath } from "./load-stage.ts";
import { StageConfigError } from "./stage-config-error.ts";

/**
 * @param folder of the stage files, if not infra/stages; for the error's sentences
 * @throws StageConfigError with a sentence for each mistake that says what to write, and where
 */
export function readStage(file: StageFile, connectors: Connectors, folder?: string): Stage {
  const path = stagePath(file.stage, folder);
  const shape = z.safeParse(StageFile, file, { error: describeIssue });
  if (!shape.success)
    throw new StageConfigError(
      path,
      shape.error.issues.map((issue) => sentenceOf(issue, file)),
    );

  const stage: Stage = {
    name: file.stage,
    path,
    config: z.parse(Config, file),
    infrastructure: z.parse(Infrastructure, file),
    written: Object.fromEntries(Object.entries(file).filter(([field]) => Object.hasOwn(Config.shape, field))),
  };
  const mistakes = [...checkStage(stage, connectors)];
  if (mistakes.length > 0) throw new StageConfigError(path, mistakes);
  return stage;
}

/** `connections[1].key (shopify/eu): 1 to 8 letters or digits` */
function sentenceOf({ path, message }: z.core.$ZodIssue, file: StageFile): string {
  const where = path.map((part, at) => (typeof part === "number" ? `[${part}]` : `${at ? "." : ""}${String(part)}`));
  return [...(path.length > 0 ? [`${where.join("")}${nameOf(path, file)}`] : []), message].join(": ");
}

/** Stage files run without a type check, so the file may lack required fields. */
function nameOf([list, index]: readonly PropertyKey[], file: Partial<StageFile>): string {
  const at = Number(index);
  if (list === "endpoints") return label(file.endpoints?.[at]?.channel, file.endpoints?.[at]?.name);
  if (list === "connections") return label(file.connections?.[at]?.channel, file.connections?.[at]?.name);
  if (list === "destinations") return label(file.destinations?.[at]?.provider, file.destinations?.[at]?.name);
  return "";
}

const label = (kind: string | undefined, name: string | undefined): string =>
  kind && name ? ` (${kind}/${name})` : "";
