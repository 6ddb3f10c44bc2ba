import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as z from "zod/mini";
import { drawDashboard } from "../../../docs/tools/dashboard-picture/draw-widgets.ts";
import { type Widget, widgetsOf } from "../../../infra/monitoring/dashboard-widgets.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import type { Resource } from "../../../infra/template.ts";
import { bareTemplate } from "../../../infra/template.ts";
import { METRICS } from "../../../shared/telemetry/metrics.ts";
import { stage as shipped } from "../../support/stages/prod.ts";
import { bazaar, connectors, stageFile, templateOf } from "../../support/synthesised.ts";

const widgetsOfStage = (file = stageFile(), known = bazaar): Widget[] => {
  const { Resources } = templateOf(file, known).json as { Resources: Record<string, Resource> };
  return widgetsOf(new Map(Object.entries(Resources)));
};
const titled = (widgets: Widget[], title: string) =>
  widgets.flatMap((widget) => (widget.type === "metric" && widget.properties.title === title ? [widget] : []));

test("the picture in the README matches the template: npm run dashboard-picture draws it", () => {
  const stage = readStage(shipped, connectors);
  const drawn = drawDashboard(widgetsOf(bareTemplate(stage)), stage);
  equal(readFileSync(new URL("../../../docs/dashboard.svg", import.meta.url), "utf8"), drawn);
});

test("every metric is on the dashboard, except those that the alarm for 5xx answers shows", () => {
  const body = JSON.stringify(widgetsOfStage());
  const missing = [...METRICS.endpoint, ...METRICS.connection, ...METRICS.destination].filter(
    (name) => !body.includes(`"${name}"`),
  );
  deepEqual(missing, ["EventsNotQueued"]);
});

test("the dashboard does not sum gauges, which are written every minute", () => {
  const rows = widgetsOfStage().flatMap((widget) => (widget.type === "metric" ? widget.properties.metrics : []));
  for (const gauge of ["OrdersHeld", "DeliveriesOverdue", "WaitingFailing", "WaitingFailed", "WaitingRejected"]) {
    const stats = rows.filter((row) => row.includes(gauge)).map((row) => JSON.stringify(row.at(-1)));
    ok(stats.length > 0);
    for (const stat of stats) match(stat, /"stat":"Maximum"/);
  }
});

test("totals cover the dashboard's time range, not the time since midnight UTC", () => {
  const widgets = widgetsOfStage();
  for (const title of ["Webhooks received", "Orders recorded", "Orders created"]) {
    const [widget] = titled(widgets, title);
    ok(widget?.properties.setPeriodToTimeRange, title);
    ok(!JSON.stringify(widget).includes('"period"'), title);
  }
});

test("each alarm is listed under its lane", () => {
  const [page, ticket] = widgetsOfStage().flatMap((widget) =>
    widget.type === "alarm" ? [widget.properties.alarms.join()] : [],
  );
  ok(page?.includes("failed parcelworks/eu") && !page.includes("rejected parcelworks/eu"));
  ok(ticket?.includes("rejected parcelworks/eu") && !ticket.includes("failed parcelworks/eu"));
});

const expressions = (widget: Widget) =>
  widget.type === "metric"
    ? widget.properties.metrics.flatMap((row) => {
        const { expression } = z.parse(z.looseObject({ expression: z.optional(z.string()) }), row.at(-1));
        return expression ?? [];
      })
    : [];

test("a sum of all connections or destinations matches its own metrics, and no others in the graph", () => {
  let sums = 0;
  for (const widget of widgetsOfStage()) {
    const rows = widget.type === "metric" ? widget.properties.metrics.map((row) => JSON.stringify(row)) : [];
    for (const expression of expressions(widget)) {
      const [, part] = /METRICS\("(\w+)"\)/.exec(expression) ?? [];
      if (part === undefined) continue;
      const found = rows.filter((row) => new RegExp(`"id":"\\w*${part}`).test(row)).map((row) => row.split(",")[1]);
      const [metric] = found;
      ok(found.length > 1 && found.every((other) => other === metric), `${part}: ${found}`);
      sums += 1;
    }
  }
  ok(sums > 12);
});

test("the largest stage keeps to CloudWatch's 2,048 characters in an expression and 500 metrics in a graph", () => {
  const connections = Array.from({ length: 54 }, (_, index) => ({
    channel: "bazaar",
    name: `shop-${index}`,
    key: `B${index}`,
    since: "2026-01-01T00:00:00Z",
  }));
  for (const widget of widgetsOfStage(stageFile({ connections, routes: [] }))) {
    for (const expression of expressions(widget)) ok(expression.length <= 2048, expression);
    if (widget.type === "metric") ok(widget.properties.metrics.length <= 500, widget.properties.title);
  }
});

test("a large stage has several alarm widgets, since CloudWatch allows 100 alarms in one", () => {
  const destinations = Array.from({ length: 28 }, (_, index) => ({
    provider: "parcelworks",
    name: `account-${index}`,
  }));
  const lists = widgetsOfStage(stageFile({ destinations, routes: [] })).flatMap((widget) =>
    widget.type === "alarm" ? [widget.properties.alarms.length] : [],
  );
  ok(lists.length > 2);
  ok(lists.every((length) => length <= 100));
});
