import * as z from "zod/mini";
import type { Resource } from "../template.ts";

const Options = z.object({
  label: z.optional(z.string()),
  color: z.optional(z.string()),
  id: z.optional(z.string()),
  expression: z.optional(z.string()),
  visible: z.optional(z.boolean()),
  stat: z.optional(z.string()),
});
/** `["OrderRelay", "EventsReceived", "connection", "shopify/main", …, {label}]`, or `[{expression, label}]`. */
const Row = z.array(z.union([z.string(), Options]));
export type Row = z.infer<typeof Row>;

const Line = z.object({ value: z.number(), label: z.optional(z.string()), color: z.optional(z.string()) });
const Place = { x: z.number(), y: z.number(), width: z.number(), height: z.number() };
const Widget = z.discriminatedUnion("type", [
  z.object({ ...Place, type: z.literal("text"), properties: z.object({ markdown: z.string() }) }),
  z.object({
    ...Place,
    type: z.literal("alarm"),
    properties: z.object({ title: z.string(), alarms: z.array(z.string()) }),
  }),
  z.object({
    ...Place,
    type: z.literal("metric"),
    properties: z.object({
      title: z.string(),
      view: z.string(),
      // A graph of none has no list.
      metrics: z._default(z.array(Row), []),
      setPeriodToTimeRange: z.optional(z.boolean()),
      annotations: z.optional(z.object({ horizontal: z.optional(z.array(Line)) })),
      yAxis: z.optional(z.object({ left: z.optional(z.object({ label: z.optional(z.string()) })) })),
    }),
  }),
]);
export type Widget = z.infer<typeof Widget>;
export type MetricWidget = Extract<Widget, { type: "metric" }>;
export type AlarmWidget = Extract<Widget, { type: "alarm" }>;

/** The dashboard's widgets as CloudWatch would get them, with names where the template has references. */
export function widgetsOf(template: ReadonlyMap<string, Resource>): Widget[] {
  const dashboard = [...template.values()].find(({ Type }) => Type === "AWS::CloudWatch::Dashboard");
  const body = textOf(dashboard?.Properties["DashboardBody"], template);
  return z.parse(z.object({ widgets: z.array(Widget) }), JSON.parse(body)).widgets;
}

const Reference = z.union([z.object({ Ref: z.string() }), z.object({ "Fn::GetAtt": z.array(z.string()) })]);
const Joined = z.object({ "Fn::Join": z.tuple([z.literal(""), z.array(z.union([z.string(), Reference]))]) });

function textOf(body: unknown, template: ReadonlyMap<string, Resource>): string {
  if (typeof body === "string") return body;
  const [, parts] = z.parse(Joined, body)["Fn::Join"];
  return parts
    .map((part) =>
      typeof part === "string" ? part : nameOf("Ref" in part ? part.Ref : part["Fn::GetAtt"][0], template),
    )
    .join("");
}

function nameOf(id = "", template: ReadonlyMap<string, Resource>): string {
  const { Properties = {} } = template.get(id) ?? {};
  return String(Properties["QueueName"] ?? Properties["FunctionName"] ?? Properties["AlarmName"] ?? id);
}
