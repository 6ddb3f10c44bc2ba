import { existsSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { keepApart } from "./bundle-apart.ts";

const PROJECT = fileURLToPath(new URL("..", import.meta.url));

/**
 * Bundles one handler into a folder of its own: `index.mjs`, chunks beside it for what is loaded later, and the stage's
 * configuration as `config.json`. The same sources give the same bytes, wherever the project lies, so an unchanged function
 * is not deployed again. docs/decisions/split-bundles.md says why this is not NodejsFunction.
 * @param entry from the project's root: `functions/receive-webhook/handler.ts`
 * @returns the folder, under the system's temporary one; CDK copies it
 * @throws an error that names the handler where there is none
 */
export async function bundle(entry: string, config: unknown): Promise<string> {
  if (!existsSync(join(PROJECT, entry))) {
    throw new Error(`There is no ${entry}. Write it and export \`handler\`: the stack has a Lambda that runs it.`);
  }
  const folder = await mkdtemp(join(tmpdir(), "order-relay-bundle-"));
  await mkdir(folder, { recursive: true });
  const { plugin, extra } = keepApart(entry);
  await Promise.all([
    build({ ...BUNDLE_SETTINGS, entryPoints: { index: entry }, outdir: folder, plugins: [plugin] }),
    writeFile(join(folder, "config.json"), JSON.stringify(config)),
  ]);
  for (const [name, file] of extra) await build({ ...BUNDLE_SETTINGS, entryPoints: { [name]: file }, outdir: folder });
  return folder;
}

/** The same for every bundle; the bench builds its floor with them. */
export const BUNDLE_SETTINGS = {
  absWorkingDir: PROJECT,
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  platform: "node",
  target: "node24",
  outExtension: { ".js": ".mjs" },
  chunkNames: "[name]-[hash]",
  legalComments: "none",
  logLevel: "warning",
  // ES modules of the SDK tree-shake; its CommonJS does not.
  mainFields: ["module", "main"],
  alias: { "@aws-sdk/credential-provider-node": "./shared/lambda-credentials.ts" },
  // Dependencies that are CommonJS ask for Node's own modules by require, which an ES module does not have.
  banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
} as const satisfies Parameters<typeof build>[0];
