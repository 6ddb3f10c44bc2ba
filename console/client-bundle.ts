import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
import { pages } from "./pages.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const CONSOLE = fileURLToPath(new URL(".", import.meta.url));

/** What the browser gets: one script, one style sheet, both from memory. */
export interface ClientBundle {
  script: string;
  styles: string;
}

/** Bundles what runs in the browser; takes about 0.1 s, and writes no file. @throws where a view reads a server's module */
export async function bundleClient(): Promise<ClientBundle> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entry(), resolveDir: CONSOLE, loader: "ts", sourcefile: "client-entry.ts" },
    bundle: true,
    write: false,
    metafile: true,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2023",
    logLevel: "silent",
    plugins: [withoutServer],
  });
  const [output] = Object.values(metafile.outputs);
  const servers = Object.entries(output?.inputs ?? {}).filter(
    ([name, { bytesInOutput }]) => name.startsWith("of-server:") && bytesInOutput > 0,
  );
  if (servers.length > 0) {
    const names = servers.map(([name]) => name.replace("of-server:", "")).join(", ");
    throw new Error(
      `A view in console/pages reads what only the server has: ${names}. Read it in \`load\`; and let \`page\` be an object without calls around it.`,
    );
  }
  const uplot = createRequire(import.meta.url).resolve("uplot/dist/uPlot.min.css");
  const styles = await Promise.all([uplot, `${CONSOLE}console.css`].map((file) => readFile(file, "utf8")));
  return { script: outputFiles[0]?.text ?? "", styles: styles.join("\n") };
}

/** The views by name; what a page does on the server is not imported. */
function entry(): string {
  const lines = pages.map(({ page: { name }, merge }, index) => {
    const file = JSON.stringify(`./pages/${name}.ts`);
    return `import { view as v${index}, Data as d${index}${merge ? `, merge as m${index}` : ""} } from ${file};`;
  });
  const views = pages.map(
    ({ page: { name }, merge }, index) =>
      `${JSON.stringify(name)}: { view: v${index}, Data: d${index}${merge ? `, merge: m${index}` : ""} },`,
  );
  return `import { start } from "./client/start.ts";\n${lines.join("\n")}\nstart({ ${views.join(" ")} });`;
}

/** The server's modules are empty in the browser: what a page's loader imports is left out, and nothing of it runs. */
const withoutServer: Plugin = {
  name: "without-server",
  setup(plugin) {
    plugin.onResolve({ filter: /^node:|^@aws-sdk\/|^@aws-lambda-powertools\// }, ({ path }) => ({
      path,
      namespace: "of-server",
      sideEffects: false,
    }));
    plugin.onResolve({ filter: /^\./, namespace: "file" }, ({ path, resolveDir }) => {
      const file = relative(ROOT, fileURLToPath(new URL(path, `file://${resolveDir}/`)));
      if (/^(operator|infra|functions)\//.test(file)) return { path: file, namespace: "of-server", sideEffects: false };
      return file.startsWith("shared/") || file.startsWith("console/pages/")
        ? { path: `${ROOT}${file}`, sideEffects: false }
        : undefined;
    });
    // CommonJS: a name that is not there is no error as long as nothing uses it.
    plugin.onLoad({ filter: /.*/, namespace: "of-server" }, () => ({ contents: "module.exports = {};", loader: "js" }));
  },
};
