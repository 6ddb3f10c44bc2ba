import type { Connectors } from "./connectors.ts";
import type { Stage } from "./read-stage.ts";

/** What a schema cannot see: names that must meet, and settings that only fit together. */
export function* checkStage(_stage: Stage, _connectors: Connectors): Iterable<string> {}
