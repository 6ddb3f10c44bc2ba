import { deepEqual, equal, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

/** What a function that runs these statements writes, a parsed line each. */
function linesOf(statements: string): Record<string, unknown>[] {
  const [log, metrics] = ["log", "metrics"].map(
    (name) => new URL(`../../../shared/telemetry/${name}.ts`, import.meta.url).href,
  );
  const source = `import { log, errorName } from "${log}"; import { count } from "${metrics}"; ${statements}`;
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    encoding: "utf8",
    env: { STAGE: "prod", POWERTOOLS_LOG_LEVEL: "DEBUG" },
  });
  return `${stdout}${stderr}`
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line));
}

test("a log line says what happened, with the fields that are allowed", () => {
  const [line] = linesOf('log.info("order.created", { destination: "s2/demo", attempts: 2, orderId: undefined })');
  deepEqual(
    [line?.["level"], line?.["message"], line?.["destination"], line?.["attempts"]],
    ["INFO", "order.created", "s2/demo", 2],
  );
  equal(Object.hasOwn(line ?? {}, "orderId"), false);
});

test("a field that is not allowed is not written, whatever the types say", () => {
  const [line] = linesOf('log.error("x", { outcome: "failed", address: "Bahnhofstrasse 12", headers: { a: "Ada" } })');
  equal(line?.["outcome"], "failed");
  ok(!/Bahnhof|Ada/.test(JSON.stringify(line)));
});

test("free text in an allowed field is hidden: names, addresses, e-mail, whole sentences", () => {
  const texts = ["Ada Muster", "ada@example.com", "a".repeat(201), "line\\nbreak", "Zoë", '{"a":1}', "?key=1"];
  const lines = linesOf(texts.map((text) => `log.warn("x", { topic: '${text}' });`).join("\n"));
  deepEqual(
    lines.map((line) => line["topic"]),
    texts.map(() => "[hidden]"),
  );
});

test("of an error only its name is written", () => {
  const [line] = linesOf('log.error("x", { error: errorName(new TypeError("of Ada Muster")) })');
  equal(line?.["error"], "TypeError");
  ok(!/Ada/.test(JSON.stringify(line)));
});

test("a metric is one line in the embedded metric format", () => {
  const [line] = linesOf('count("EventsReceived", { connection: "shopify/main" }, 3)');
  const { _aws, ...values } = line ?? {};
  deepEqual(values, { stage: "prod", connection: "shopify/main", EventsReceived: 3 });
  const { Timestamp, CloudWatchMetrics } = Object(_aws);
  ok(Math.abs(Date.now() - Timestamp) < 60_000);
  deepEqual(CloudWatchMetrics, [
    {
      Namespace: "OrderRelay",
      Dimensions: [["stage", "connection"]],
      Metrics: [{ Name: "EventsReceived", Unit: "Count" }],
    },
  ]);
});
