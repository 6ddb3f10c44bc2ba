import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesise } from "../../local/assembly/synthesise.ts";

const GIVEN = "ORDER_RELAY_TEST_ASSEMBLY";

/** The stage `local`, synthesised once for all test files that host it. */
export async function localAssembly(): Promise<string> {
  const given = process.env[GIVEN];
  if (given) return given;
  const folder = mkdtempSync(join(tmpdir(), "order-relay-assembly-"));
  await synthesise("local", folder);
  process.env[GIVEN] = folder;
  return folder;
}

/** Node's test runner calls it before any file; the files' processes inherit the variable. */
export const globalSetup = async (): Promise<void> => {
  await localAssembly();
};
