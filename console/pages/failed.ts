import { html } from "htm/preact";
import type { VNode } from "preact";
import * as z from "zod/mini";
import { type Cause, causesOf, ofCause } from "../../operator/causes.ts";
import { CommandError } from "../../operator/command-error.ts";
import { nextStep } from "../../operator/next-step.ts";
import type { OpenStage } from "../../operator/open-stage.ts";
import { commandFor } from "../../operator/order-story.ts";
import { nothingToSend, previewSend, sendPlan, sendThem } from "../../operator/send-matching.ts";
import { type WaitingOne, waitingOnes } from "../../operator/waiting.ts";
import { matching, timeOf } from "../../operator/waiting-filter.ts";
import { shellWord } from "../../shared/shell-word.ts";
import { destinationPath } from "../../shared/stage/config.ts";
import { orderHref } from "../order-href.ts";
import type { Act, Merge, ServerPage, View, Visit } from "../page.ts";
import { ActButton } from "../parts/act-button.ts";
import { Empty } from "../parts/empty.ts";
import { Rows } from "../parts/rows.ts";
import { Ago, Time } from "../parts/time.ts";

const One = z.object({ order: z.string(), destination: z.nullable(z.string()), since: z.string(), reason: z.string() });

export const Data = z.object({
  causes: z.array(
    z.object({
      key: z.string(),
      destination: z.nullable(z.string()),
      kind: z.string(),
      reason: z.string(),
      count: z.number(),
      firstAt: z.string(),
      lastAt: z.string(),
      perHour: z.array(z.number()),
      example: One,
      next: z.string(),
      canSend: z.boolean(),
    }),
  ),
  /** How many wait, of all causes that the filter leaves. */
  count: z.number(),
  /** Of the chosen cause, longest waiting first. */
  chosen: z.nullable(z.object({ key: z.string(), orders: z.array(One), more: z.number() })),
  destinations: z.array(z.string()),
});
type Data = z.infer<typeof Data>;

/** Orders of a cause that are listed. */
const LISTED = 100;
const KINDS = [
  "rejected",
  "failed",
  "in-doubt",
  "follow-up",
  "held",
  "unconfirmed",
  "failing",
  "overdue",
  "removed",
  "unread",
];
/** Kinds of which a message can be sent again. */
const SENDABLE = new Set(["rejected", "failed", "in-doubt", "follow-up", "overdue", "failing"]);

/** What waits was read a moment ago: reading thousands of orders every few seconds would throttle the table. */
const read = new WeakMap<OpenStage["ledger"], { at: number; took: number; ones: Promise<WaitingOne[]> }>();

/** Without the buyers, whom reasons may quote. */
const onesOf = (
  { stage, now }: Pick<Visit, "stage" | "now">,
  progress: (looked: number, of: number) => void = () => {},
) => waitingOnes(stage.ledger, stage.config, now, { progress, readBody: stage.ledger.readBody });

function recentOnes({ stage, now }: Visit): Promise<WaitingOne[]> {
  const last = read.get(stage.ledger);
  if (last && now - last.at < Math.max(4_000, 5 * last.took)) return last.ones;
  const entry = { at: now, took: 60_000, ones: onesOf({ stage, now }) };
  read.set(stage.ledger, entry);
  const begun = Date.now();
  entry.ones.then(
    () => {
      entry.took = Date.now() - begun;
    },
    () => read.delete(stage.ledger),
  );
  return entry.ones;
}

const Chosen = z.object({
  destination: z.optional(z.string()),
  kind: z.optional(z.string()),
  since: z.optional(z.string()),
  cause: z.optional(z.string()),
  /** One order of it. */
  order: z.optional(z.string()),
  /** At most as many, longest waiting first. */
  most: z.optional(z.int().check(z.minimum(1))),
  /** Only what waited by then, UTC ISO 8601: what a plan counted. */
  until: z.optional(z.iso.datetime()),
});
type Chosen = z.infer<typeof Chosen>;

/** @throws CommandError for a time that is none */
function chosenOf(
  ones: readonly WaitingOne[],
  { destination, kind, since, cause, order, most, until }: Chosen,
  now: number,
): WaitingOne[] {
  const group = cause === undefined ? ones : ofCause(ones, cause);
  const filter = {
    ...(destination !== undefined && { destination }),
    ...(since !== undefined && { since: timeOf(since, now) }),
  };
  return matching(group, filter)
    .filter((one) => (kind === undefined || one.kind === kind) && (order === undefined || one.order === order))
    .filter((one) => until === undefined || one.since <= until)
    .toSorted((a, b) => a.since.localeCompare(b.since))
    .slice(0, most);
}

const filterIn = ({ searchParams }: URL): Chosen => {
  const asked = (name: string) => searchParams.get(name) || undefined;
  const [destination, kind, since] = [asked("destination"), asked("kind"), asked("since")];
  return { ...(destination && { destination }), ...(kind && { kind }), ...(since && { since }) };
};

/** The command that sends the same again, where there is one. */
function commandOf({ stage }: Visit, { destination, kind, since, cause, order, most }: Chosen): string | undefined {
  const name = stage.env.stage;
  if (order !== undefined) {
    return `${commandFor({ stage: name }, order)} --send${destination === undefined ? "" : ` ${shellWord(destination)}`}`;
  }
  if (kind !== undefined || cause !== undefined || most !== undefined) return undefined;
  const filter = [
    ...(destination === undefined ? [] : ["--destination", shellWord(destination)]),
    ...(since === undefined ? [] : ["--since", shellWord(since)]),
  ];
  return filter.length === 0
    ? undefined
    : ["npm run failed -- --stage", shellWord(name), ...filter, "--send"].join(" ");
}

const retry: Act<typeof Chosen> = {
  input: Chosen,
  async plan(visit, chosen) {
    const { stage, now } = visit;
    const ones = chosenOf(await onesOf(visit), chosen, now);
    const preview = await previewSend(ones, stage, () => {});
    if (preview.able.length === 0) throw new CommandError(nothingToSend(ones.length, preview));
    return {
      will: [...sendPlan(preview, stage.who), "leave alone what changes, or begins to wait, until then"],
      undo: "A message that was sent cannot be taken back. What may exist is looked up first, so nothing is created twice.",
      command: commandOf(visit, chosen),
      agree: `Send ${preview.able.length}`,
      input: { ...chosen, most: ones.length, until: new Date(now).toISOString() },
    };
  },
  async run(visit, chosen, progress) {
    const { stage, now } = visit;
    const all = await onesOf(visit, (looked, of) => progress(`read ${looked} of ${of}`));
    const preview = await previewSend(chosenOf(all, chosen, now), stage, progress);
    const { sent, refused } = await sendThem(preview.able, stage, progress);
    const left = [...preview.refused, ...refused];
    read.delete(stage.ledger);
    return {
      said: `Sent ${sent} again${left.length > 0 ? `, left out ${left.length}` : ""}. What is left shows in a minute.`,
      lines: left.slice(0, LISTED).map(({ order, destination, reason }) => `${order} to ${destination}: ${reason}`),
      link: { href: visit.url.pathname + visit.url.search, text: "What still waits" },
    };
  },
};

const oneOf = ({ order, destination, since, reason }: WaitingOne) => ({ order, destination, since, reason });

function causeData(cause: Cause, { stage }: Visit): Data["causes"][number] {
  const { example, kind, destination, count } = cause;
  const command = commandFor({ stage: stage.env.stage });
  const order = count === 1 ? commandFor({ stage: stage.env.stage }, example.order) : `${command} <order>`;
  return {
    ...cause,
    example: oneOf(example),
    next: nextStep(kind, order, destination ?? undefined),
    canSend: destination !== null && SENDABLE.has(kind),
  };
}

export const page = {
  name: "failed",
  path: "/console/failed",
  nav: "Failed",
  title: () => "What waits",
  liveEvery: 5000,
  async load(visit) {
    const { url, now, stage } = visit;
    const ones = chosenOf(await recentOnes(visit), filterIn(url), now);
    const causes = causesOf(ones, now);
    const key = url.searchParams.get("cause");
    const orders = key === null ? [] : ofCause(ones, key);
    return {
      causes: causes.map((cause) => causeData(cause, visit)),
      count: ones.length,
      chosen:
        key === null
          ? null
          : { key, orders: orders.slice(0, LISTED).map(oneOf), more: Math.max(0, orders.length - LISTED) },
      destinations: stage.config.destinations.map(destinationPath),
    };
  },
  acts: { retry },
} satisfies ServerPage<typeof Data>;

/** Causes that are shown change in place; new ones wait for a press. */
export const merge: Merge<Data> = (shown, latest) => {
  if (shown.causes.length === 0) return { data: latest, news: 0 };
  const known = new Set(shown.causes.map(({ key }) => key));
  const news = latest.causes.filter(({ key }) => !known.has(key)).length;
  const fresh = new Map(latest.causes.map((cause) => [cause.key, cause]));
  return { data: { ...latest, causes: shown.causes.flatMap(({ key }) => fresh.get(key) ?? []) }, news };
};

export const view: View<Data> = ({ data, url }) => {
  const { causes, count, chosen } = data;
  const filter = filterIn(url);
  const hasFilter = Object.keys(filter).length > 0;
  const cause = causes.find(({ key }) => key === chosen?.key);
  return html`<section>
    <${Filters} data=${data} url=${url} />
    ${
      causes.length === 0
        ? html`<${Empty}>${hasFilter ? "Nothing that waits matches" : "Nothing waits for you"}<//>`
        : html`<p>${count} ${count === 1 ? "waits" : "wait"}, of ${causes.length} ${causes.length === 1 ? "cause" : "causes"}.
            ${causes.some(({ canSend }) => canSend) && html` <${ActButton} act="retry" label=${hasFilter ? "Send all that match again" : "Send all again"} input=${filter} />`}</p>`
    }
    ${causes.map((one) => html`<${CauseBox} key=${one.key} one=${one} url=${url} isChosen=${one.key === chosen?.key} filter=${filter} />`)}
    ${chosen && html`<${OrdersOfCause} chosen=${chosen} canSend=${cause?.canSend === true} />`}
  </section>`;
};

const SINCE = ["1h", "24h", "7d", "30d"];

function Filters({ data, url }: { data: Data; url: URL }): VNode {
  const select = (name: string, label: string, values: readonly string[]) => {
    const value = url.searchParams.get(name) ?? "";
    const all = value === "" || values.includes(value) ? values : [...values, value];
    return html`<label>${label} <select name=${name}>
      <option value="" selected=${value === ""}>any</option>
      ${all.map((one) => html`<option key=${one} value=${one} selected=${one === value}>${one}</option>`)}
    </select></label>`;
  };
  return html`<form class="filters" method="get" action="/console/failed" aria-label="What is listed">
    ${select("destination", "Destination", data.destinations)} ${select("kind", "Kind", KINDS)} ${select("since", "Waiting since", SINCE)}
    <button type="submit">Show</button>
    ${url.search !== "" && html`<a href="/console/failed">Everything</a>`}
  </form>`;
}

interface CauseProps {
  one: Data["causes"][number];
  url: URL;
  isChosen: boolean;
  filter: Chosen;
}

/** Of how many a part is sent first, to see whether the fix works. */
const TRIED = 10;

function CauseBox({ one, url, isChosen, filter }: CauseProps): VNode {
  const { key, destination, kind, reason, count, firstAt, lastAt, perHour, example, next, canSend } = one;
  const address = new URL(url);
  if (isChosen) address.searchParams.delete("cause");
  else address.searchParams.set("cause", key);
  const input = { ...filter, cause: key };
  const where = `${count} ${kind}${destination === null ? "" : ` at ${destination}`}`;
  return html`<article class="box cause" aria-label=${where} data-row>
    <h2><a href=${`${address.pathname}${address.search}`} aria-expanded=${isChosen ? "true" : "false"}>${where}</a></h2>
    <p>${reason}</p>
    <${Trend} perHour=${perHour} />
    <p class="quiet">first <${Ago} at=${firstAt} />, last <${Ago} at=${lastAt} />; for example <a href=${orderHref(example.order)}>${example.order}</a></p>
    <p class="next">${next}</p>
    ${
      canSend &&
      html`<p class="acts">
        <${ActButton} act="retry" label="Send all of these again" kind="primary" input=${input} hint=${`Send again: ${where}`} />
        ${count > TRIED && html`<${ActButton} act="retry" label=${`Try ${TRIED} first`} input=${{ ...input, most: TRIED }} hint=${`Send ${TRIED} of them again: ${where}`} />`}
        <${ActButton} act="retry" label="Try the example" input=${{ ...filter, ...(destination !== null && { destination }), order: example.order }} hint=${`Send ${example.order} again`} />
      </p>`
    }
  </article>`;
}

/** How many began to wait in each of the last 24 hours. */
function Trend({ perHour }: { perHour: readonly number[] }): VNode {
  const most = Math.max(1, ...perHour);
  const total = perHour.reduce((sum, count) => sum + count, 0);
  const last = perHour.at(-1) ?? 0;
  const said =
    total === 0 ? "none began in the last 24 hours" : `${total} began in the last 24 hours, ${last} in the last one`;
  return html`<p class="quiet trend"><svg viewBox="0 0 120 20" width="120" height="20" aria-hidden="true">
    ${perHour.map((count, hour) => html`<rect key=${hour} class=${count > 0 ? "some" : "none"} x=${hour * 5} y=${20 - Math.max(1, (count / most) * 20)} width="4" height=${Math.max(1, (count / most) * 20)} />`)}
  </svg> ${said}</p>`;
}

function OrdersOfCause({ chosen, canSend }: { chosen: NonNullable<Data["chosen"]>; canSend: boolean }): VNode {
  if (chosen.orders.length === 0) return html`<p class="empty">Nothing of this cause waits any more.</p>`;
  return html`<h2>Orders of this cause</h2>
    <${Rows} caption="Orders of this cause, longest waiting first" columns=${["Waiting since", "Order", "Reason", "Act"]}
      rows=${chosen.orders.map(({ order, destination, since, reason }) => ({
        key: `${order} ${destination}`,
        cells: [
          html`<${Time} at=${since} />`,
          html`<a href=${orderHref(order)}>${order}</a>`,
          reason,
          canSend &&
            destination !== null &&
            html`<${ActButton} act="retry" label="Send again" input=${{ order, destination }} hint=${`Send ${order} to ${destination} again`} />`,
        ],
      }))} />
    ${chosen.more > 0 && html`<p class="quiet">… and ${chosen.more} more</p>`}`;
}
