import type { Config } from "../../shared/stage/config.ts";
import type { Infrastructure } from "./define-stage.ts";

/** A stage file, parsed and checked. */
export interface Stage {
  name: string;
  /** Of its file, as the user finds it. */
  path: string;
  config: Config;
  infrastructure: Infrastructure;
  /** The part of the file that the functions read, as it is written: goes into every bundle as config.json. */
  written: Record<string, unknown>;
}
