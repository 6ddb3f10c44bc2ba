import { existsSync } from "node:fs";
import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build, type Plugin } from "esbuild";
import project from "../../package.json" with { type: "json" };
import { keepApart } from "./bundle-apart.ts";
import { leftOut } from "./bundle-left-out.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** The SDK's clients import their whole package.json for its version. */
const versionOnly: Plugin = {
  name: "version-only",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]@aws-sdk[\\/]client-[a-z0-9-]+[\\/]package\.json$/ }, async ({ path }) => {
      const { default: json } = await import(path, { with: { type: "json" } });
      return { contents: JSON.stringify({ version: json.version }), loader: "json" };
    });
  },
};

/** Options of every bundle; the bench builds its floor with them too. */
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
  alias: { "@aws-sdk/credential-provider-node": "./infra/bundle/runtime/lambda-credentials.ts" },
  // Dependencies that are CommonJS ask for Node's own modules by require, which an ES module does not have.
  banner: { js: 'import{createRequire as $require}from"node:module";const require=$require(import.meta.url);' },
  inject: ["./infra/bundle/runtime/jitless.ts"],
  // shared/release.ts
  define: { ORDER_RELAY_VERSION: JSON.stringify(project.version) },
  plugins: [versionOnly, leftOut],
} satisfies BuildOptions;

/**
 * Bundles one handler into its own folder: `index.mjs`, a chunk for each part that it loads later, and the stage's
 * configuration as `config.json`. The same sources give the same bytes in any project folder, so CDK does not deploy an
 * unchanged function again. docs/decisions/split-bundles.md says why this is not NodejsFunction.
 * @param entry from the project's root: `functions/receive-webhook/handler.ts`
 * @returns the folder, under the system's temporary one; CDK copies it
 * @throws an error that names the handler if its file does not exist
 */
export async function bundle(entry: string, config: unknown): Promise<string> {
  if (!existsSync(join(PROJECT, entry))) {
    throw new Error(`There is no ${entry}. Write it and export \`handler\`: the stack has a Lambda that runs it.`);
  }
  const outdir = await mkdtemp(join(tmpdir(), "order-relay-bundle-"));
  const { plugin, extra } = keepApart(entry);
  await Promise.all([
    build({ ...BUNDLE_SETTINGS, entryPoints: { index: entry }, outdir, plugins: [plugin, ...BUNDLE_SETTINGS.plugins] }),
    writeFile(join(outdir, "config.json"), JSON.stringify(config)),
  ]);
  for (const [name, file] of extra) await build({ ...BUNDLE_SETTINGS, entryPoints: { [name]: file }, outdir });
  return outdir;
}
