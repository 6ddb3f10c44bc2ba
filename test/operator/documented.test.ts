import { ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { catalogCommand } from "../../operator/catalog.ts";
import { eraseCommand } from "../../operator/erase.ts";
import { failedCommand } from "../../operator/failed.ts";
import { orderCommand } from "../../operator/order.ts";
import { secretsCommand } from "../../operator/secrets.ts";
import { processTerminal } from "../../operator/terminal.ts";

const page = readFileSync(new URL("../../docs/operator-commands.md", import.meta.url), "utf8");
const scripts = (
  JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    scripts: Record<string, string>;
  }
).scripts;

const COMMANDS = {
  erase: eraseCommand,
  order: orderCommand,
  failed: failedCommand,
  catalog: catalogCommand,
  secrets: secretsCommand,
};
for (const [name, define] of Object.entries(COMMANDS)) {
  test(`npm run ${name} exists, and docs/operator-commands.md has its heading, every option and its permissions`, () => {
    ok(scripts[name]?.includes(`operator/${name}.ts`));
    const [, section = ""] = page.split(`## npm run ${name}\n`);
    const [own = ""] = section.split("\n## ");
    const [intro = ""] = page.split("\n## ");
    for (const { long } of define({ terminal: processTerminal(), variables: {}, exitWith() {} }).options) {
      ok(long && (own.includes(long) || intro.includes(long)), `${name} ${long}`);
    }
    const [, permissions = ""] = page.split("## Permissions\n");
    ok(permissions.includes(`| \`${name}\` |`), "permissions");
  });
}
