import type { Config } from "../../shared/stage/config.ts";
import type { Infrastructure } from "./define-stage.ts";

/** A stage file, parsed and checked. */
export interface Stage {
  name: string;
  /** Path of its file from the project's root. */
  path: string;
  config: Config;
  infrastructure: Infrastructure;
  /** The part of the file that the functions read, unparsed; every bundle holds it as config.json. */
  written: Record<string, unknown>;
}
