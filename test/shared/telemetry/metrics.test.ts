import { deepEqual, equal, ok } from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const METRICS = new URL("../../../shared/telemetry/metrics.ts", import.meta.url).href;

/** What a function that runs these statements writes to stdout, a parsed line each. */
function linesOf(statements: string, variables: Record<string, string> = {}): Record<string, unknown>[] {
  const source = `import { count } from "${METRICS}"; ${statements}`;
  const env = { STAGE: "prod", ...variables };
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", source], {
    encoding: "utf8",
    env,
  });
  equal(stderr, "");
  return stdout
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The values with their dimensions, and the metrics that CloudWatch makes of them. */
function readAsCloudWatch({ _aws, ...values }: Record<string, unknown>) {
  const { Timestamp, CloudWatchMetrics } = Object(_aws);
  ok(Math.abs(Date.now() - Timestamp) < 60_000);
  const [{ Namespace, Dimensions, Metrics } = Object(undefined), ...more] = CloudWatchMetrics;
  deepEqual([Namespace, more], ["OrderRelay", []]);
  return { values, dimensions: Dimensions, metrics: Metrics };
}

test("each count is a line of its own, by stage and connection or destination, and no dimension stays for the next", () => {
  const lines = linesOf(`
    count("EventsReceived", { connection: "shopify/main" });
    count("EventsReceived", { connection: "shopify/main" }, 3);
    count("DeliveriesCreated", { destination: "s2/us" });`);
  deepEqual(lines.map(readAsCloudWatch), [
    {
      values: { stage: "prod", connection: "shopify/main", EventsReceived: 1 },
      dimensions: [["stage", "connection"]],
      metrics: [{ Name: "EventsReceived", Unit: "Count" }],
    },
    {
      values: { stage: "prod", connection: "shopify/main", EventsReceived: 3 },
      dimensions: [["stage", "connection"]],
      metrics: [{ Name: "EventsReceived", Unit: "Count" }],
    },
    {
      values: { stage: "prod", destination: "s2/us", DeliveriesCreated: 1 },
      dimensions: [["stage", "destination"]],
      metrics: [{ Name: "DeliveriesCreated", Unit: "Count" }],
    },
  ]);
});

test("what is of the whole stage has the stage as its only dimension", () => {
  const [line = {}] = linesOf('count("DeliveriesOverdue", {}, 0)');
  const { values, dimensions } = readAsCloudWatch(line);
  deepEqual([values, dimensions], [{ stage: "prod", DeliveriesOverdue: 0 }, [["stage"]]]);
});

test("latencies are milliseconds", () => {
  const [line = {}] = linesOf('count("LatencyWebhookToCreated", { destination: "s2/us" }, 1234)');
  deepEqual(readAsCloudWatch(line).metrics, [{ Name: "LatencyWebhookToCreated", Unit: "Milliseconds" }]);
});

test("no dimension comes of the surroundings: alarms would ask for another metric", () => {
  const surroundings = { POWERTOOLS_SERVICE_NAME: "orders", POWERTOOLS_METRICS_NAMESPACE: "Other" };
  const [line = {}] = linesOf('count("NotDurable", { connection: "shopify/main" })', surroundings);
  const { values, dimensions } = readAsCloudWatch(line);
  deepEqual(values, { stage: "prod", connection: "shopify/main", NotDurable: 1 });
  deepEqual(dimensions, [["stage", "connection"]]);
});

test("a metric is written at once: one counted just before the end of the environment is not lost", () => {
  const lines = linesOf('count("NotDurable", { connection: "shopify/main" }); process.kill(process.pid, "SIGKILL");');
  equal(lines.length, 1);
});

test("a metric does not go through console, which Lambda wraps in a line of its own", () => {
  const lines = linesOf(`
    for (const way of ["log", "info", "warn", "error", "debug"]) console[way] = () => process.stdout.write('{"wrapped":true}\\n');
    count("NotDurable", { connection: "shopify/main" });`);
  deepEqual(
    lines.map(({ wrapped, NotDurable }) => [wrapped, NotDurable]),
    [[undefined, 1]],
  );
});
