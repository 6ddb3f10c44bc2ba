import { deepEqual, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { DELIVERY_TRANSITIONS } from "../../../shared/ledger/delivery-life.ts";
import { ORDER_TRANSITIONS } from "../../../shared/ledger/order-life.ts";
import { ROOT, sources } from "../../support/dependency-rules.ts";

/** The lives themselves, the ledger, which stores what it is given, and items that are neither order nor delivery. */
const HOME =
  /^shared\/ledger\/(delivery-life|order-life|ledger|delivery-item|stored-item|work-list|erasure-request|erasure-walk|connection-state)\.ts$/;
const files = sources("functions", "shared", "operator", "local", "infra", "bench", "docs/tools");
const callers = files.filter((file) => !HOME.test(file));
/** Without comments, and without what is in quotes. */
const codeOf = (file: string) =>
  readFileSync(join(ROOT, file), "utf8")
    .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

/** A write of an order or a delivery needs the next `rev`: who does not make one writes nothing of their own. */
const MADE_BY_HAND = [
  /\brev\s*:(?!\s*(?:z\.|number))/,
  /\.rev\s*[+-]/,
  /\.\.\.[^}]*\b(?:workList|workAt):/,
  /\b(?:onHour|onList|onOpenList)\(/,
  /\.\.\.(?:\w+\.)*(?:delivery|record|claimed|found)\b[^}]*\bstate:/,
  /\bomit\((?:\w+\.)*(?:delivery|record)\b/,
];

test("orders and deliveries are made by their lives alone", () => {
  ok(callers.length > 250, `${callers.length} files`);
  const broken = callers.flatMap((file) =>
    MADE_BY_HAND.filter((words) => words.test(codeOf(file))).map((words) => `${file}: ${words}`),
  );
  deepEqual(broken, []);
});

test("what is made by hand is seen, however it is written", () => {
  for (const code of [
    "const next = { ...delivery, state: DONE, rev: delivery.rev + 1 };",
    "put({ ...snapshot.record, state });".replace("state }", "state: HELD }"),
    "const next = omit(record, REASON);",
    "return { ...next, workList: OPEN };",
    "const entry = onList(HELD, now);",
  ]) {
    ok(
      MADE_BY_HAND.some((words) => words.test(code)),
      code,
    );
  }
});

test("the ledger is given what a transition returned", () => {
  const names = [...Object.keys(DELIVERY_TRANSITIONS), ...Object.keys(ORDER_TRANSITIONS)].join("|");
  const given = callers.flatMap((file) =>
    [...codeOf(file).matchAll(/\bput(?:Order|Delivery)\(([^;\n]*)/g)].map(([, argument = ""]) => ({ file, argument })),
  );
  ok(given.length >= 8, `${given.length} writes`);
  // A transition's call, or a name: what a name holds was made by one, for nothing else makes a `rev`.
  const allowed = new RegExp(`^(?:(?:${names})\\(|(?:\\w+\\.)*\\w+\\))`);
  deepEqual(
    given.filter(({ argument }) => !allowed.test(argument)),
    [],
  );
});

/** Where each caller that a transition names has its code. */
const CALLERS: Record<string, string> = {
  "create-order": "functions/create-order/",
  "erase-order": "shared/ledger/erase-order.ts",
  "find-due": "functions/find-due/",
  operator: "operator/",
  outbox: "shared/ledger/outbox.ts",
  "route-order": "functions/route-order/",
};
const callerOf = (file: string) => Object.keys(CALLERS).find((name) => file.startsWith(CALLERS[name] ?? "")) ?? file;

/** The names that a file imports from another one. */
function importsOf(file: string, from: string): string[] {
  const imports = readFileSync(join(ROOT, file), "utf8").matchAll(/^import \{([^}]*)\} from "(\.[^"]+)"/gm);
  return [...imports]
    .filter(([, , path = ""]) => join(dirname(file), path) === from)
    .flatMap(([, names = ""]) => names.split(",").map((name) => name.trim().replace(/ as .*/, "")));
}

for (const [life, transitions] of Object.entries({
  "shared/ledger/delivery-life.ts": DELIVERY_TRANSITIONS,
  "shared/ledger/order-life.ts": ORDER_TRANSITIONS,
})) {
  // The bench fills a ledger by transitions too, to measure what reads it.
  const others = files.filter((file) => !file.startsWith("bench/"));
  const imports = others.map((file) => ({ caller: callerOf(file), names: importsOf(file, life) }));
  for (const [name, { by }] of Object.entries<{ by: string }>(transitions)) {
    test(`${life}: ${name} is called by ${by}, and by nothing else`, () => {
      const found = imports.filter(({ names }) => names.includes(name)).map(({ caller }) => caller);
      deepEqual([...new Set(found)].sort(), by.split(", ").sort());
    });
  }
}
