import { deepEqual } from "node:assert/strict";
import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Wanted } from "../../console/figures/figures.ts";
import { emfFigures } from "../../local/emf-figures.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import { linesWrittenBy } from "../support/lines-written-by.ts";

const MINUTE = 60_000;

function logs(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), "emf-figures-"));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const figures = emfFigures(folder);
  const now = Date.now();
  return {
    folder,
    add: (name: string, text: string) => appendFileSync(join(folder, name), text),
    async read(metrics: readonly Wanted[]) {
      const { series } = await figures.read({ from: now - 10 * MINUTE, to: now + 10 * MINUTE, period: 1200, metrics });
      return series.map(({ values, lastAt }) => [values.reduce((sum, value) => sum + value, 0), lastAt !== undefined]);
    },
  };
}

const created: Wanted = { metric: "DeliveriesCreated", of: { kind: "destination", path: "s2/demo" } };
const other: Wanted = { metric: "DeliveriesCreated", of: { kind: "destination", path: "kakaclo/demo" } };
const received: Wanted = { metric: "EventsReceived", of: { kind: "endpoint", path: "shopify/demo" } };

test("the lines that the functions write become figures, however the file grows", async (context) => {
  const { add, read, folder } = logs(context);
  const lines = await linesWrittenBy(async () => {
    count("DeliveriesCreated", { destination: "s2/demo" });
    count("EventsReceived", { endpoint: "shopify/demo" }, 3);
  });
  const [first = "", second = ""] = lines.map((line) => `${JSON.stringify(line)}\n`);
  deepEqual(await read([created, other, received]), [
    [0, false],
    [0, false],
    [0, false],
  ]);
  add("create.log", `START RequestId\n${first}{"_aws": "no metric"}\n{"_aws"\n`);
  deepEqual(await read([created, other, received]), [
    [1, true],
    [0, false],
    [0, false],
  ]);
  // Half a line, as a reader meets it while a function writes.
  add("receive.log", second.slice(0, 40));
  deepEqual(await read([received]), [[0, false]]);
  add("receive.log", second.slice(40));
  add("create.log", first);
  deepEqual(await read([created, other, received]), [
    [2, true],
    [0, false],
    [3, true],
  ]);
  deepEqual(await read([created]), [[2, true]]);
  writeFileSync(join(folder, "notes.txt"), first);
  deepEqual(await read([created]), [[2, true]]);
});
