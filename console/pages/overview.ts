import { html } from "htm/preact";
import { useContext } from "preact/hooks";
import * as z from "zod/mini";
import { messagesOn } from "../../operator/dead-letters.ts";
import { queueDepths } from "../../operator/queue-depths.ts";
import { waitingSummary } from "../../operator/waiting-summary.ts";
import { destinationPath, pathOf } from "../../shared/stage/config.ts";
import { endpointPathOf } from "../../shared/stage/endpoints.ts";
import { queueName } from "../../shared/stage/names.ts";
import { DEMO_ORDER, useSendOrder } from "../client/send-order.ts";
import { readOverview } from "../figures/overview-figures.ts";
import { orderHref } from "../order-href.ts";
import type { Merge, ServerPage, View } from "../page.ts";
import { Chart } from "../parts/chart.ts";
import { Empty } from "../parts/empty.ts";
import { FailureBox } from "../parts/failure-box.ts";
import { Flow, type FlowNode } from "../parts/flow.ts";
import { Rows } from "../parts/rows.ts";
import { Ago } from "../parts/time.ts";
import { ShellContext } from "../shell.ts";

const Count = z.number();

export const Data = z.object({
  /** The shop that the local stack sends an order of at a press; none in a deployed stage. */
  demo: z.optional(z.string()),
  /** How far back the figures go, hours. */
  hours: z.number(),
  source: z.string(),
  problem: z.optional(z.string()),
  waiting: z.array(
    z.object({
      where: z.string(),
      what: z.string(),
      reason: z.string(),
      count: z.number(),
      since: z.nullable(z.string()),
      href: z.string(),
      order: z.optional(z.string()),
    }),
  ),
  connections: z.array(
    z.object({
      path: z.string(),
      /** Where it is not the connection's own. */
      endpoint: z.optional(z.string()),
      lastAt: z.optional(z.number()),
      events: Count,
      orders: Count,
      notRouted: Count,
      held: Count,
      unreadable: Count,
      forged: Count,
      credentials: Count,
    }),
  ),
  destinations: z.array(
    z.object({
      path: z.string(),
      created: Count,
      queued: Count,
      retrying: Count,
      inDoubt: Count,
      rejected: Count,
      failed: Count,
      throttled: Count,
      oldest: z.optional(z.string()),
    }),
  ),
  times: z.array(z.number()),
  charts: z.array(
    z.object({
      title: z.string(),
      unit: z.optional(z.literal("ms")),
      lines: z.array(
        z.object({
          label: z.string(),
          color: z.enum(["good", "bad", "warn", "wait", "quiet"]),
          values: z.array(z.number()),
        }),
      ),
    }),
  ),
});
type Data = z.infer<typeof Data>;

/** Ranges to choose from, hours, and their periods, seconds. */
const RANGES = new Map([
  [1, 60],
  [6, 300],
  [24, 900],
  [168, 7200],
]);
const DEFAULT_RANGE = 24;
/** Of the local stack, which has run for minutes. */
const LOCAL_RANGE = 1;

/** What the lists of the work list are called here, and whether a person has to act. */
const LISTS = {
  rejected: "rejected",
  failed: "failed or in doubt",
  held: "held",
  failing: "failing: credentials or settings",
  open: "overdue",
  unread: "unread",
} as const;

export const page = {
  name: "overview",
  path: "/",
  nav: "Overview",
  title: () => "Overview",
  liveEvery: 2000,
  async load({ stage, url, now, figures, sandbox }) {
    const usual = sandbox === undefined ? DEFAULT_RANGE : LOCAL_RANGE;
    const asked = Number(url.searchParams.get("hours") ?? usual);
    const hours = RANGES.has(asked) ? asked : usual;
    const { config, env } = stage;
    const intakeQueue = queueName.intakeDeadLetters(env.stage);
    const [read, summary, depths, unreadable] = await Promise.all([
      readOverview(figures, config, { from: now - hours * 3_600_000, to: now, period: RANGES.get(hours) ?? 900 }),
      waitingSummary(stage.ledger, config, now),
      unlessDenied(queueDepths(stage)),
      unlessDenied(messagesOn(intakeQueue, stage)),
    ]);
    const { sum, last } = read;
    const denied =
      depths === undefined || unreadable === undefined
        ? "You may not read the queues: sqs:GetQueueAttributes is missing (docs/iam/operator.json)."
        : undefined;
    const listed = (list: string, path: string) =>
      summary.find((one) => one.list === list && one.destination === path)?.count ?? 0;
    return {
      ...(sandbox?.connections().includes(DEMO_ORDER.connection) && { demo: DEMO_ORDER.connection }),
      hours,
      source: figures.source,
      problem: [read.problem, denied].filter((one) => one !== undefined).join(" ") || undefined,
      waiting: [
        ...(unreadable !== undefined && unreadable > 0
          ? [
              {
                where: "intake",
                what: "unreadable",
                reason: "events that could not be parsed or routed",
                count: unreadable,
                since: null,
                href: "/console/dead-letters",
              },
            ]
          : []),
        ...summary.flatMap(({ list, destination, count, since, first }) =>
          first === undefined
            ? []
            : [
                {
                  where: destination ?? "orders",
                  what: LISTS[list],
                  reason: first.reason,
                  count,
                  since,
                  order: first.order,
                  href: `/console/failed${destination === null ? "" : `?destination=${encodeURIComponent(destination)}`}`,
                },
              ],
        ),
      ],
      connections: config.connections.map((connection) => {
        const path = pathOf(connection);
        const endpoint = endpointPathOf(connection);
        const events = { kind: "endpoint", path: endpoint } as const;
        const orders = { kind: "connection", path } as const;
        return {
          path,
          ...(endpoint !== path && { endpoint }),
          lastAt: last("EventsReceived", events) ?? last("OrdersRecorded", orders),
          events: sum("EventsReceived", events),
          unreadable: sum("EventsUnreadable", events),
          forged: sum("SignatureFailures", events),
          orders: sum("OrdersRecorded", orders),
          notRouted: sum("OrdersNotRouted", orders),
          held: sum("OrdersHeld", orders),
          credentials: sum("ChannelCredentialsRefused", orders),
        };
      }),
      destinations: config.destinations.map(destinationPath).map((path) => {
        const of = { kind: "destination", path } as const;
        return {
          path,
          created: sum("DeliveriesCreated", of),
          queued: depths?.find(({ destination }) => destination === path)?.waiting ?? 0,
          retrying: listed("open", path) + listed("failing", path),
          inDoubt: sum("DeliveriesInDoubt", of),
          rejected: listed("rejected", path),
          failed: listed("failed", path),
          throttled: sum("ProviderThrottled", of),
          oldest: summary.find((one) => one.destination === path)?.since,
        };
      }),
      times: read.times,
      charts: read.charts,
    };
  },
} satisfies ServerPage<typeof Data>;

/** A part that the reader may not read must not hide the others. */
const unlessDenied = <T>(reading: Promise<T>): Promise<T | undefined> =>
  reading.catch((error: unknown) => {
    if (error instanceof Error && /^AccessDenied/.test(error.name)) return undefined;
    throw error;
  });

const rowKey = ({ where, what }: Pick<Data["waiting"][number], "where" | "what">): string => `${where} ${what}`;

/** Figures and rows that are shown change in place; new rows above them wait for a press. */
export const merge: Merge<Data> = (shown, latest) => {
  const known = new Set(shown.waiting.map(rowKey));
  const news = known.size === 0 ? 0 : latest.waiting.filter((row) => !known.has(rowKey(row))).length;
  if (known.size === 0) return { data: latest, news };
  const fresh = new Map(latest.waiting.map((row) => [rowKey(row), row]));
  return { data: { ...latest, waiting: shown.waiting.flatMap((row) => fresh.get(rowKey(row)) ?? []) }, news };
};

export const view: View<Data> = ({ data }) => html`
  ${data.demo !== undefined && html`<${SendOne} shop=${data.demo} />`}
  <${Waiting} waiting=${data.waiting} />
  <section>
    <div class="head">
      <h2>In the last ${rangeText(data.hours)}</h2>
      <p class="ranges">${[...RANGES.keys()].map((hours) => html`<a key=${hours} href=${`/?hours=${hours}`} aria-current=${hours === data.hours ? "true" : undefined}>${rangeText(hours)}</a>`)}</p>
      <p class="quiet">Figures: ${data.source}</p>
    </div>
    ${data.problem !== undefined && html`<p class="notice">${data.problem}</p>`}
    <${Flow} sources=${data.connections.map(sourceNode)} targets=${data.destinations.map(targetNode)}
      middle=${{ title: "Order Relay", note: `${total(data.connections.map(({ orders }) => orders))} orders` }} />
    <div class="charts">${data.charts.map(({ title, lines, unit }) => html`<${Chart} key=${title} title=${title} times=${data.times} lines=${lines} unit=${unit} />`)}</div>
  </section>
  <${Connections} connections=${data.connections} />
  <${Destinations} destinations=${data.destinations} />
`;

const rangeText = (hours: number): string => (hours === 1 ? "hour" : hours === 168 ? "7 days" : `${hours} hours`);
const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);

const sourceNode = ({ path, orders, unreadable, forged }: Data["connections"][number]): FlowNode => ({
  name: path,
  href: `/console/orders?connection=${encodeURIComponent(path)}`,
  count: orders,
  isBad: unreadable + forged > 0,
  note: words([unreadable, "unreadable"], [forged, "wrong signature"]),
});

const targetNode = ({ path, created, rejected, failed, retrying, queued }: Data["destinations"][number]): FlowNode => ({
  name: path,
  href: `/console/orders?destination=${encodeURIComponent(path)}`,
  count: created,
  isBad: rejected + failed > 0,
  note: words([rejected, "rejected"], [failed, "failed"], [retrying, "retrying"], [queued, "queued"]),
});

/** `3 rejected, 1 failed` */
function words(...parts: readonly (readonly [count: number, word: string])[]): string | undefined {
  const some = parts.filter(([count]) => count > 0).map(([count, word]) => `${count} ${word}`);
  return some.length === 0 ? undefined : some.slice(0, 2).join(", ");
}

function SendOne({ shop }: { shop: string }) {
  const { send, isBusy, failure } = useSendOrder();
  const { readOnly } = useContext(ShellContext);
  return html`<section class="box">
    <button type="button" class="primary" disabled=${isBusy || readOnly} onClick=${() => void send(DEMO_ORDER)}>Send an order</button>
    <span class="quiet"> of the simulated shop ${shop}, and see what becomes of it. The <a href="/console/sandbox">sandbox</a> sends others.</span>
    ${failure && html`<${FailureBox} failure=${failure} />`}
  </section>`;
}

function Waiting({ waiting }: Pick<Data, "waiting">) {
  return html`<section>
    <h2>What needs a person first</h2>
    ${
      waiting.length === 0
        ? html`<${Empty}>Nothing waits for you<//>`
        : html`<${Rows}
            caption="What needs a person, longest waiting first"
            columns=${["Waiting", "Where", "What", "The one that has waited longest"]}
            rows=${waiting.map(({ where, what, reason, count, since, href, order }) => ({
              key: rowKey({ where, what }),
              cells: [
                since === null ? "" : html`<${Ago} at=${since} />`,
                where,
                html`<a href=${href}>${count} ${what}</a>`,
                html`${order !== undefined && html`<a href=${orderHref(order)}>${order}</a>: `}${reason}`,
              ],
            }))}
          />`
    }
  </section>`;
}

function Connections({ connections }: Pick<Data, "connections">) {
  const quiet = connections.filter(({ lastAt }) => lastAt === undefined);
  const active = connections.filter(({ lastAt }) => lastAt !== undefined);
  return html`<section>
    <h2>Connections</h2>
    <${Rows}
      caption="Connections"
      columns=${["Connection", "Last event", "Events", "Orders", "Not routed", "Held", "Unreadable", "Wrong signature"]}
      rows=${active.map(
        ({ path, endpoint, lastAt, events, orders, notRouted, held, unreadable, forged, credentials }) => ({
          key: path,
          cells: [
            html`<a href=${`/console/orders?connection=${encodeURIComponent(path)}`}>${path}</a>${endpoint !== undefined && html` <span class="quiet">events of ${endpoint}</span>`}${credentials > 0 && html` <span class="bad">credentials refused</span>`}`,
            lastAt === undefined ? "" : html`<${Ago} at=${lastAt} />`,
            events,
            orders,
            notRouted,
            held,
            marked(unreadable),
            marked(forged),
          ],
        }),
      )}
    />
    ${quiet.length > 0 && html`<p class="quiet">Without events in this time: ${quiet.map(({ path }) => path).join(", ")}</p>`}
  </section>`;
}

const marked = (count: number, kind = "bad") => (count > 0 ? html`<strong class=${kind}>${count}</strong>` : "0");

function Destinations({ destinations }: Pick<Data, "destinations">) {
  return html`<section>
    <h2>Destinations</h2>
    <${Rows}
      caption="Destinations"
      columns=${["Destination", "Created", "Queued now", "Retrying now", "Rejected now", "Failed now", "Oldest", "In doubt", "Throttled"]}
      rows=${destinations.map(({ path, created, queued, retrying, inDoubt, rejected, failed, throttled, oldest }) => ({
        key: path,
        cells: [
          html`<a href=${`/console/orders?destination=${encodeURIComponent(path)}`}>${path}</a>`,
          created,
          queued,
          marked(retrying, "warn"),
          marked(rejected),
          marked(failed),
          oldest === undefined ? "" : html`<${Ago} at=${oldest} />`,
          marked(inDoubt, "warn"),
          throttled,
        ],
      }))}
    />
  </section>`;
}
