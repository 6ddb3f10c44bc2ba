import { html } from "htm/preact";
import { renderToString } from "preact-render-to-string";
import { App } from "./app.ts";
import type { PageModule } from "./page.ts";
import type { Sheet } from "./shell.ts";

const ENTITIES: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
const escaped = (text: string): string => text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? "");

/** The whole document of a page. */
export function renderPage(module: PageModule | undefined, sheet: Sheet, release: string): string {
  const body = renderToString(html`<${App} view=${module?.view} shell=${sheet.shell} data=${sheet.data} />`);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(`${sheet.shell.title} · ${sheet.shell.stage}`)}</title>
<link rel="icon" href="/console/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/console/assets/console.css?${release}">
<script type="module" src="/console/assets/console.js?${release}"></script>
</head>
<body><div id="app">${body}</div>
<script type="application/json" id="sheet">${scriptJson(sheet)}</script>
</body>
</html>
`;
}

/** JSON for a script element: no character in it can end the element or begin a comment. */
const scriptJson = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
