import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { synthesise } from "../../local/assembly/synthesise.ts";

const GIVEN = "ORDER_RELAY_TEST_ASSEMBLY";

/** The folder of the stage `local`, synthesised once for all test files that host it (global-setup.ts). */
export async function localAssembly(): Promise<string> {
  const given = process.env[GIVEN];
  if (given) return given;
  const folder = mkdtempSync(join(tmpdir(), "order-relay-assembly-"));
  await synthesise("local", folder);
  process.env[GIVEN] = folder;
  return folder;
}
