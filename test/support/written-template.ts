import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Connectors } from "../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";

/** The folder of the templates that the global setup wrote (fixed-templates.ts). */
export const WRITTEN_TEMPLATES = "ORDER_RELAY_TEST_TEMPLATES";

/** Names of the connectors that are the same in every test process. */
const names = new Map<Connectors, string>();

/** From now on templates of these connectors can be written and read. @param name that no other connectors have */
export function fixedConnectors(name: string, known: Connectors): Connectors {
  names.set(known, name);
  return known;
}

/** @returns undefined where no global setup ran, or it did not write this one */
export function writtenTemplate(file: StageFile, known: Connectors): { [key: string]: unknown } | undefined {
  const folder = process.env[WRITTEN_TEMPLATES];
  const name = names.get(known);
  if (!folder || name === undefined) return undefined;
  const path = pathOf(folder, name, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : undefined;
}

/** Writes a template for `writtenTemplate`. @throws Error where `known` has no fixed name */
export function writeTemplate(folder: string, file: StageFile, known: Connectors, template: object): void {
  const name = names.get(known);
  if (name === undefined) throw new Error("these connectors have no fixed name: fixedConnectors gives them one");
  writeFileSync(pathOf(folder, name, file), JSON.stringify(template));
}

function pathOf(folder: string, connectors: string, file: StageFile): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([connectors, file]))
    .digest("hex");
  return join(folder, `${hash}.json`);
}
