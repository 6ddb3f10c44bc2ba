import { html } from "htm/preact";
import type { ComponentChild, VNode } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";
import * as z from "zod/mini";
import { pathTo } from "../../operator/find-order.ts";
import { LISTED_STATES, listOrders, type OrderFilter } from "../../operator/order-list.ts";
import { orderRow } from "../../operator/order-row.ts";
import { searchOrders } from "../../operator/search-orders.ts";
import { timeOf } from "../../operator/waiting-filter.ts";
import { destinationPath, pathOf } from "../../shared/stage/config.ts";
import { callAsk, Refused } from "../client/call.ts";
import { orderHref } from "../order-href.ts";
import type { Ask, Merge, ServerPage, View, Visit } from "../page.ts";
import { Empty } from "../parts/empty.ts";
import { FailureBox } from "../parts/failure-box.ts";
import { Rows } from "../parts/rows.ts";
import { State } from "../parts/state.ts";
import { Time } from "../parts/time.ts";
import { type Failure, ShellContext } from "../shell.ts";

const Row = z.object({
  /** `shopify/main/820982911946154508` */
  order: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  firstSeenAt: z.string(),
  deliveries: z.array(z.object({ destination: z.string(), state: z.string() })),
  /** In a search: by what it was found. */
  by: z.optional(z.string()),
  /** It cannot be read: why. */
  unreadable: z.optional(z.string()),
});
type Row = z.infer<typeof Row>;

const Choices = z.object({
  states: z.array(z.string()),
  connections: z.array(z.string()),
  destinations: z.array(z.string()),
});

export const Data = z.object({
  choices: Choices,
  /** Of a list; undefined for a search, which the reader's page begins. */
  rows: z.optional(z.array(Row)),
  /** "looked through 3 of 48 hours"; undefined: to the end, or the page is full. */
  unfinished: z.optional(z.string()),
  isFull: z.boolean(),
});
type Data = z.infer<typeof Data>;

/** Rows of a page. */
const PAGE = 50;
/** Then a list is shown as far as it was read, ms. */
const PATIENCE = 450;
const DAY = 86_400_000;
/** An order's next look may lie ahead. */
const AHEAD = DAY;

/** @throws CommandError for a time that is none */
function filterOf({ url, now }: Pick<Visit, "url" | "now">): OrderFilter {
  const asked = (name: string) => url.searchParams.get(name) || undefined;
  const [state, connection, destination] = [asked("state"), asked("connection"), asked("destination")];
  const [since, until, after] = [asked("since"), asked("until"), asked("after")];
  const known = LISTED_STATES.find((one) => one === state);
  const [, firstSeenAt, channel, name, orderId] = /^([^~]+)~([^/]+)\/([^/]+)\/(.+)$/s.exec(after ?? "") ?? [];
  return {
    ...(known && { state: known }),
    ...(connection !== undefined && { connection }),
    ...(destination !== undefined && { destination }),
    ...(since !== undefined && { since: timeOf(since, now) }),
    ...(until !== undefined && { until: timeOf(until, now) }),
    ...(firstSeenAt && channel && name && orderId
      ? { after: { firstSeenAt, identity: { channel, connection: name, orderId } } }
      : {}),
  };
}

interface Listed {
  rows: Row[];
  unfinished?: string;
  isFull: boolean;
}

/** One page of the list. @param until epoch ms; then it ends with what was read */
async function* listed(visit: Visit, until: number): AsyncGenerator<Listed> {
  const rows: Row[] = [];
  const { ledger, config } = visit.stage;
  for await (const step of listOrders(filterOf(visit), { ledger, config, now: visit.now })) {
    if ("order" in step) {
      const { identity, number, state, firstSeenAt, deliveries } = step.order;
      rows.push({ order: pathTo(identity), number, state, firstSeenAt, deliveries });
      // The last one is an order that can be read: the next page begins after it.
      if (rows.length >= PAGE) yield { rows, isFull: true };
      if (rows.length >= PAGE) return;
    } else if ("unreadable" in step) {
      const order = pathTo(step.unreadable);
      rows.push({ order, number: null, state: "unread", firstSeenAt: "", deliveries: [], unreadable: step.reason });
    } else {
      const { hours, of, orders } = step.looked;
      const unfinished = `looked through ${hours} of ${of} hours, ${orders} orders`;
      yield { rows, unfinished, isFull: false };
      if (Date.now() > until && hours < of) return;
    }
  }
  yield { rows, isFull: false };
}

const Nothing = z.object({});

const list: Ask<typeof Nothing> = {
  input: Nothing,
  async *run(visit) {
    let last: Listed | undefined;
    for await (const step of listed(visit, Number.POSITIVE_INFINITY)) {
      last = step;
      if (step.unfinished !== undefined) yield { progress: `${step.unfinished}; ${step.rows.length} match` };
    }
    yield { result: { rows: last?.rows ?? [], isFull: last?.isFull ?? false } };
  },
};
const Found = z.object({ rows: z.array(Row), isFull: z.boolean() });

const Sought = z.object({ words: z.string(), days: z.int().check(z.minimum(1), z.maximum(400)), deep: z.boolean() });

const search: Ask<typeof Sought> = {
  input: Sought,
  async *run({ stage, now }, { words, days, deep }) {
    const { ledger, config } = stage;
    const rows: Row[] = [];
    for await (const step of searchOrders(words, {
      config,
      ledger,
      deep,
      span: { from: now + AHEAD, to: now - days * DAY },
    })) {
      if ("looked" in step) {
        const { reads, hours, of, orders } = step.looked;
        const what =
          reads === "orders"
            ? ", reading each order"
            : reads === "work list"
              ? ""
              : " once more, in shards written to before";
        yield { progress: `looked through ${hours} of ${of} hours${what}: ${orders} orders` };
        continue;
      }
      const file = await ledger
        .load(step.found)
        .catch((error: unknown) => String(error instanceof Error ? error.message : error));
      const order = pathTo(step.found);
      if (file === undefined) continue;
      if (typeof file === "string")
        rows.push({
          order,
          number: null,
          state: "unread",
          firstSeenAt: "",
          deliveries: [],
          unreadable: file,
          by: step.by,
        });
      else {
        const { number, state, firstSeenAt, deliveries } = orderRow(file);
        rows.push({ order, number, state, firstSeenAt, deliveries, by: step.by });
      }
      yield { result: { rows, isFull: false } };
    }
    yield { result: { rows, isFull: false } };
  },
};

export const page = {
  name: "orders",
  path: "/console/orders",
  nav: "Orders",
  title: () => "Orders",
  liveEvery: 5000,
  async load(visit) {
    const { connections, destinations } = visit.stage.config;
    const choices = {
      states: [...LISTED_STATES],
      connections: connections.map(pathOf),
      destinations: destinations.map(destinationPath),
    };
    const { searchParams } = visit.url;
    if (searchParams.has("q") || searchParams.has("buyer")) return { choices, isFull: false };
    let last: Listed = { rows: [], isFull: false };
    for await (const step of listed(visit, Date.now() + PATIENCE)) last = step;
    return { choices, ...last };
  },
  asks: { list, search },
} satisfies ServerPage<typeof Data>;

/** Rows that are shown change in place; new ones wait for a press. */
export const merge: Merge<Data> = (shown, latest) => {
  if (!shown.rows || !latest.rows) return { data: latest, news: 0 };
  const fresh = new Map(latest.rows.map((row) => [row.order, row]));
  const known = new Set(shown.rows.map(({ order }) => order));
  const news = latest.rows.filter(({ order }) => !known.has(order)).length;
  if (news === 0) return { data: latest, news: 0 };
  return { data: { ...latest, rows: shown.rows.map((row) => fresh.get(row.order) ?? row) }, news };
};

export const view: View<Data> = ({ data, url }) => {
  const words = url.searchParams.get("q") ?? "";
  if (url.searchParams.has("buyer")) return html`<${Filters} data=${data} url=${url} /><${NoBuyers} />`;
  if (words !== "") return html`<${Search} key=${url.search} words=${words} url=${url} />`;
  return html`<${Filters} data=${data} url=${url} /><${List} key=${url.search} data=${data} url=${url} />`;
};

const NoBuyers = () =>
  html`<p class="empty">The search takes numbers, IDs and references: the address of a page holds no name and no e-mail address. A buyer's orders are listed by the command <code>npm run erase -- --buyer … --export …</code>, which asks before it erases anything.</p>`;

const TIMES = ["", "1h", "24h", "7d", "30d"];

function Filters({ data, url }: { data: Data; url: URL }): VNode {
  const { states, connections, destinations } = data.choices;
  const select = (name: string, label: string, values: readonly string[], any: string) => {
    const chosen = url.searchParams.get(name) ?? "";
    const all = chosen === "" || values.includes(chosen) ? values : [...values, chosen];
    return html`<label>${label} <select name=${name}>
      <option value="" selected=${chosen === ""}>${any}</option>
      ${all.filter((value) => value !== "").map((value) => html`<option key=${value} value=${value} selected=${value === chosen}>${value}</option>`)}
    </select></label>`;
  };
  return html`<form class="filters" method="get" action="/console/orders" aria-label="Which orders are listed">
    ${select("state", "State", states, "any")}
    ${select("connection", "Connection", connections, "any")}
    ${select("destination", "Destination", destinations, "any")}
    ${select("since", "Since", TIMES, "ever")}
    ${select("until", "Older than", TIMES, "now")}
    <button type="submit">Show</button>
    ${[...url.searchParams].length > 0 && html`<a href="/console/orders">All orders</a>`}
  </form>`;
}

const rowCells = (
  { order, number, state, firstSeenAt, deliveries, by, unreadable }: Row,
  searched: boolean,
): ComponentChild[] => [
  firstSeenAt === "" ? "" : html`<${Time} at=${firstSeenAt} />`,
  html`<a href=${orderHref(order)}>${number === null ? order : `${number} · ${order}`}</a>`,
  html`<${State} state=${state} />`,
  unreadable ??
    deliveries.map(
      ({ destination, state: own }) =>
        html`<span key=${destination} class="delivery"><${State} state=${own} /> ${destination} </span>`,
    ),
  ...(searched ? [by ?? ""] : []),
];

function OrderRows({ rows, searched = false }: { rows: readonly Row[]; searched?: boolean }): VNode {
  return html`<${Rows}
    caption=${searched ? "Orders found" : "Orders, newest first"}
    columns=${["First seen", "Order", "State", "Deliveries", ...(searched ? ["Found by"] : [])]}
    rows=${rows.map((row) => ({ key: row.order, cells: rowCells(row, searched) }))}
  />`;
}

/** A read that goes on until it is stopped. */
function useAsk(ask: string, input: object, starts: boolean) {
  const shell = useContext(ShellContext);
  const [progress, setProgress] = useState<string>();
  const [found, setFound] = useState<z.infer<typeof Found>>();
  const [failure, setFailure] = useState<Failure>();
  const [run, setRun] = useState<AbortController>();
  const [isOver, setOver] = useState(false);
  const begin = () => {
    const controller = new AbortController();
    setRun(controller);
    setOver(false);
    setFailure(undefined);
    const { signal } = controller;
    const arrived = (result: unknown) => setFound(z.parse(Found, result));
    void callAsk(shell, { ask, input, progress: setProgress, signal, arrived }, Found)
      .then(() => setOver(true))
      .catch((error: unknown) => {
        if (error instanceof Refused) setFailure(error.failure);
        else if (!signal.aborted) throw error;
      })
      .finally(() => setRun(undefined));
    return controller;
  };
  useEffect(() => {
    if (!starts) return undefined;
    const controller = begin();
    return () => controller.abort();
  }, []);
  return { progress, found, failure, isOver, isRunning: run !== undefined, begin, stop: () => run?.abort() };
}

const Progress = ({ text, stop, isRunning }: { text: string | undefined; stop: () => void; isRunning: boolean }) =>
  html`<p class="quiet" role="status">${text ?? (isRunning ? "looking" : "")} ${isRunning && html`<button type="button" onClick=${stop}>Stop</button>`}</p>`;

function List({ data, url }: { data: Data; url: URL }): VNode {
  const asked = useAsk("list", {}, false);
  const rows = asked.found?.rows ?? data.rows ?? [];
  const isFull = asked.found?.isFull ?? data.isFull;
  const isUnfinished = data.unfinished !== undefined && !asked.isOver;
  const last = rows.at(-1);
  const older = new URL(url);
  if (last) older.searchParams.set("after", `${last.firstSeenAt}~${last.order}`);
  return html`<section>
    ${rows.length === 0 && !isUnfinished ? html`<${Empty}>${url.search === "" ? "No order has come yet" : "No order matches"}<//>` : html`<${OrderRows} rows=${rows} />`}
    ${asked.failure && html`<${FailureBox} failure=${asked.failure} />`}
    ${isUnfinished && html`<${Progress} text=${asked.progress ?? data.unfinished} stop=${asked.stop} isRunning=${asked.isRunning} />`}
    <p class="pages">
      ${isUnfinished && !asked.isRunning && html`<button type="button" onClick=${asked.begin}>Look further</button>`}
      ${isFull && last && html`<a href=${`${older.pathname}${older.search}`}>Older orders</a>`}
    </p>
  </section>`;
}

const SEARCHED_DAYS = [7, 30, 400];

function Search({ words, url }: { words: string; url: URL }): VNode {
  const days = SEARCHED_DAYS.find((one) => String(one) === url.searchParams.get("days")) ?? 7;
  const deep = url.searchParams.get("deep") === "1";
  const { progress, found, failure, isOver, isRunning, stop } = useAsk("search", { words, days, deep }, true);
  const rows = found?.rows ?? [];
  const also = (changes: Record<string, string>) => {
    const next = new URL(url);
    for (const [name, value] of Object.entries(changes)) next.searchParams.set(name, value);
    return `${next.pathname}${next.search}`;
  };
  const further = SEARCHED_DAYS.find((one) => one > days);
  return html`<section>
    <p>Orders with the number, ID or reference <code>${words}</code>, of the last ${days} days${deep ? "; by a provider's, a message's or an event's ID too" : ""}. By an order's own ID, or a reference that carries it, of any age.</p>
    <${Progress} text=${progress} stop=${stop} isRunning=${isRunning} />
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${rows.length > 0 && html`<${OrderRows} rows=${rows} searched=${true} />`}
    ${rows.length === 0 && isOver && html`<${Empty}>No order of the last ${days} days has it<//>`}
    <p class="pages">
      ${!deep && html`<a href=${also({ deep: "1" })}>Read the orders too: finds a provider's ID, a message's or an event's</a>`}
      ${further !== undefined && html`<a href=${also({ days: String(further) })}>Search ${further} days</a>`}
      <a href="/console/orders">All orders</a>
    </p>
  </section>`;
}
