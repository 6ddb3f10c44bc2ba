import { deepEqual, ok } from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import type { Command } from "commander";
import { StageFile } from "../../infra/stage-file/define-stage.ts";
import { webhookCommand } from "../../local/webhook.ts";
import { catalogCommand } from "../../operator/catalog.ts";
import { failedCommand } from "../../operator/failed.ts";
import { orderCommand } from "../../operator/order.ts";
import { secretsCommand } from "../../operator/secrets.ts";
import { Connection, Destination, Endpoint, Missing, Retention, Route } from "../../shared/stage/config.ts";
import { ROOT } from "../support/dependency-rules.ts";
import { anchorsOf, codeOf, pages } from "./pages.ts";

const { scripts }: { scripts: Record<string, string> } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
const runs = pages.flatMap(({ path, text }) => codeOf(text).map((line) => ({ path, line })));

test("every link of README, changelog and docs leads to a file, and to a heading that is there", () => {
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
      if (/^(https?|mailto):/.test(link)) return [];
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : join(dirname(path), file);
      if (!existsSync(join(ROOT, target))) return [`${path}: ${link}`];
      if (anchor === undefined) return [];
      return anchorsOf(readFileSync(join(ROOT, target), "utf8")).has(anchor) ? [] : [`${path}: ${link}`];
    }),
  );
  deepEqual(broken, []);
});

test("every npm script that a page names is one", () => {
  const named = runs.flatMap(({ path, line }) =>
    [...line.matchAll(/\bnpm (?:run ([\w:-]+)|(start|test)\b)/g)].map(([, run, short]) => ({
      path,
      name: run ?? short ?? "",
    })),
  );
  ok(named.length > 30);
  deepEqual(
    named.filter(({ name }) => scripts[name] === undefined),
    [],
  );
});

test("every path of ours that a page names is there", () => {
  const PATH =
    /(?:^|[\s"'(@])((?:functions|shared|infra|local|operator|bench|test|docs|\.github|\.ci)\/[\w./-]*[\w/])/g;
  const named = runs
    // Placeholders and file patterns are none; what another repository or a deployment holds is none of ours.
    .filter(({ line }) => (!/[<*…{]/.test(line) || /^npm run/.test(line)) && !line.startsWith("cp "))
    .flatMap(({ path, line }) => [...line.matchAll(PATH)].map(([, name = ""]) => ({ path, name })));
  ok(named.length > 30);
  deepEqual(
    named.filter(({ name }) => !existsSync(join(ROOT, name))),
    [],
  );
});

test("every option of the operator's commands that a page names is one", () => {
  const nowhere = {
    terminal: { interactive: false, say() {}, note() {}, ask: async () => "", askSecret: async () => "" },
    variables: {},
    exitWith() {},
  };
  const commands: Record<string, Command> = {
    order: orderCommand(nowhere),
    failed: failedCommand(nowhere),
    catalog: catalogCommand(nowhere),
    secrets: secretsCommand(nowhere),
    webhook: webhookCommand(nowhere),
  };
  const named = runs.flatMap(({ path, line }) => {
    const [, name = "", rest = ""] = /\bnpm run (order|failed|catalog|secrets|webhook)\s+--\s(.*)/.exec(line) ?? [];
    return [...rest.replace(/\s#.*/, "").matchAll(/(--[\w-]+)/g)].map(([option]) => ({ path, name, option }));
  });
  ok(named.length > 15);
  deepEqual(
    named.filter(({ name, option }) => !commands[name]?.options.some(({ long }) => long === option)),
    [],
  );
});

test("docs/deploy.md says what every field of a stage file is for", () => {
  const { text = "" } = pages.find(({ path }) => path === "docs/deploy.md") ?? {};
  const section = text.slice(text.indexOf("## The stage file"), text.indexOf("## Deploy"));
  const fields = [StageFile, Endpoint, Connection, Destination, Missing, Retention, Route].flatMap(({ shape }) =>
    Object.keys(shape),
  );
  const said = new Set([...section.matchAll(/`(\w+)(?:\[\])?`/g)].map(([, word]) => word));
  deepEqual(
    fields.filter((field) => !said.has(field)),
    [],
  );
});

test("every command of the CDK in the docs is one it has", () => {
  const COMMANDS = new Set(["bootstrap", "deploy", "destroy", "diff", "import", "synth"]);
  const named = runs.flatMap(({ path, line }) =>
    [...line.matchAll(/\bcdk ([a-z]+)/g)].map(([, name = ""]) => ({ path, name })),
  );
  ok(named.length > 8);
  deepEqual(
    named.filter(({ name }) => !COMMANDS.has(name)),
    [],
  );
});
