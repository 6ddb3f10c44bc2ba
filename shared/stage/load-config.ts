import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod/mini";
import { Config } from "./config.ts";

/**
 * The stage's configuration, from `config.json` beside the bundle: in the form of the stage file, durations as text.
 * @param folder Default: where Lambda unpacked the bundle.
 * @throws an error that names the first field that is missing or wrong
 */
export function loadConfig(folder: string | undefined = process.env["LAMBDA_TASK_ROOT"]): Config {
  if (!folder) throw new Error("LAMBDA_TASK_ROOT is not set: there is no folder to read config.json from");
  const parsed = z.safeParse(Config, JSON.parse(readFileSync(join(folder, "config.json"), "utf8")));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new Error(`config.json: ${issue?.path.join(".") || "the whole"} is wrong: ${issue?.message}`);
}
