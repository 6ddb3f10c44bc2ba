import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { javaIsThere } from "../../local/aws/table-emulator.ts";
import { fixedTemplates } from "./fixed-templates.ts";
import { shareDynamoDbLocal } from "./ledger-table.ts";
import { localAssembly } from "./local-assembly.ts";

/**
 * Node's test runner calls this once before all test files, and ends it after the last; their processes inherit the
 * addresses.
 */
let end: (() => Promise<void>)[] = [];

export async function globalSetup(): Promise<void> {
  const compiled = shareCompiledCode();
  const starting = Promise.all([localAssembly(), javaIsThere() ? shareDynamoDbLocal() : undefined]);
  const templates = fixedTemplates();
  const [assembly, emulator] = await starting;
  const folders = [compiled, assembly, templates];
  end = [...folders.map((folder) => () => rm(folder, { recursive: true, force: true })), async () => emulator?.stop()];
}

export async function globalTeardown(): Promise<void> {
  await Promise.all(end.map((work) => work()));
}

/** Each process compiles the modules that no other one has compiled before. @returns the folder of the cache */
function shareCompiledCode(): string {
  const folder = mkdtempSync(join(tmpdir(), "order-relay-compiled-"));
  process.env["NODE_COMPILE_CACHE"] = folder;
  return folder;
}
