import { equal, match } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

const PRELOAD = pathToFileURL(fileURLToPath(new URL("untracked-promises.ts", import.meta.url))).href;

test("an unawaited error fails its file, though the promises are not followed", (t) => {
  const folder = mkdtempSync(join(tmpdir(), "untracked-promises-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const source = (body: string) => `import { test } from "node:test"; test("one", async () => { ${body} });`;
  const pause = "await new Promise((resolve) => setTimeout(resolve, 20));";
  for (const [name, body] of [
    ["rejected", `void Promise.reject(new Error("unawaited")); ${pause}`],
    ["thrown", `setTimeout(() => { throw new Error("unawaited"); }, 1); ${pause}`],
    ["late", `setTimeout(() => { throw new Error("unawaited"); }, 20);`],
    ["fine", pause],
  ] as const) {
    writeFileSync(join(folder, `${name}.test.mjs`), source(body));
  }
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const args = [`--import=${PRELOAD}`, "--test", "--test-reporter=spec", `${folder}/*.test.mjs`];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, env: environment, encoding: "utf8" });
  equal(status, 1, stdout);
  match(stdout, /^ℹ pass \d+$/m);
  for (const name of ["rejected", "thrown", "late"]) match(stdout, new RegExp(`^✖ .*${name}\\.test\\.mjs`, "m"), name);
  equal(/^✖ .*fine\.test\.mjs/m.test(stdout), false);
});
