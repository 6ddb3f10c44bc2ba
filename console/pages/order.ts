import { html } from "htm/preact";
import type { VNode } from "preact";
import { useContext, useState } from "preact/hooks";
import * as z from "zod/mini";
import { CommandError } from "../../operator/command-error.ts";
import { eraseNow, erasurePlan, FINISH_FIRST } from "../../operator/erase.ts";
import { pathTo } from "../../operator/find-order.ts";
import { kindOf, nextStep } from "../../operator/next-step.ts";
import {
  orderAsSeen,
  type PreparedAct,
  prepareKeep,
  prepareRenew,
  prepareResolve,
  prepareSend,
  revisionOf,
} from "../../operator/order-acts.ts";
import { commandFor, timeText } from "../../operator/order-story.ts";
import { orderTimeline } from "../../operator/order-timeline.ts";
import { contentView, differences, personalView } from "../../operator/order-view.ts";
import { findingOf } from "../../operator/resolve.ts";
import { sendable } from "../../operator/send-again.ts";
import { withoutBuyer } from "../../operator/without-buyer.ts";
import type { Identity } from "../../shared/identity.ts";
import { ENDED, reasonOf } from "../../shared/ledger/delivery.ts";
import { stageOf } from "../../shared/ledger/delivery-life.ts";
import { deliveryOf } from "../../shared/ledger/delivery-of.ts";
import type { OrderSnapshot } from "../../shared/ledger/ledger.ts";
import { isHeldForOperator, isUnconfirmed } from "../../shared/ledger/order-life.ts";
import type { Order } from "../../shared/order.ts";
import { shellWord } from "../../shared/shell-word.ts";
import { callAsk, Refused } from "../client/call.ts";
import { type Act, type Ask, type Done, NotFound, type Plan, type ServerPage, type View, type Visit } from "../page.ts";
import { ActButton } from "../parts/act-button.ts";
import { FailureBox } from "../parts/failure-box.ts";
import { State } from "../parts/state.ts";
import { Ago, Time } from "../parts/time.ts";
import { Timeline, TimelineData } from "../parts/timeline.ts";
import { type Failure, ShellContext } from "../shell.ts";

const DeliveryData = z.object({
  destination: z.string(),
  generation: z.number(),
  /** Of the order's current generation: acts are on it. */
  isCurrent: z.boolean(),
  state: z.string(),
  reason: z.nullable(z.string()),
  reference: z.nullable(z.string()),
  providerOrderIds: z.array(z.string()),
  attempts: z.number(),
  lastSentAt: z.nullable(z.number()),
  createdAt: z.nullable(z.number()),
  settledAt: z.nullable(z.number()),
  nextAttemptAt: z.nullable(z.number()),
  followUp: z.nullable(z.string()),
  notes: z.array(z.string()),
  resolvedBy: z.nullable(z.string()),
  sent: z.array(
    z.object({ sku: z.string(), quantity: z.number(), product: z.string(), pieces: z.optional(z.number()) }),
  ),
  differences: z.array(z.string()),
  next: z.nullable(z.string()),
  /** Which acts make sense now. */
  can: z.object({
    send: z.boolean(),
    created: z.boolean(),
    notCreated: z.boolean(),
    byHand: z.boolean(),
    cancelled: z.boolean(),
  }),
});

export const Data = z.object({
  /** `shopify/main/820982911946154508` */
  order: z.string(),
  number: z.nullable(z.string()),
  state: z.string(),
  reason: z.nullable(z.string()),
  generation: z.number(),
  firstSeenAt: z.string(),
  placedAt: z.nullable(z.string()),
  /** How often it was written: acts are done only upon what the reader saw. */
  seen: z.string(),
  timeline: TimelineData,
  deliveries: z.array(DeliveryData),
  tickets: z.array(z.object({ at: z.string(), text: z.string() })),
  content: z.nullable(
    z.object({
      lines: z.array(
        z.object({
          id: z.string(),
          sku: z.string(),
          title: z.nullable(z.string()),
          quantity: z.number(),
          toShip: z.number(),
          unitPrice: z.nullable(z.string()),
        }),
      ),
      currency: z.string(),
      total: z.nullable(z.string()),
      country: z.nullable(z.string()),
      financialState: z.string(),
      shippingMethod: z.nullable(z.string()),
    }),
  ),
  /** Why there is no content. */
  without: z.nullable(z.string()),
  can: z.object({ send: z.boolean(), renew: z.boolean(), keep: z.boolean(), erase: z.boolean() }),
  next: z.nullable(z.string()),
  command: z.string(),
});
type Data = z.infer<typeof Data>;

function identityOf({ params }: Pick<Visit, "params">): Identity {
  const { channel = "", connection = "", orderId = "" } = params;
  return { channel, connection, orderId };
}

const commandOf = ({ stage }: Pick<Visit, "stage">, identity: Identity): string =>
  commandFor({ stage: stage.env.stage }, pathTo(identity));

/** Every destination of the current generation, and older generations' deliveries. */
function deliveriesOf(
  file: OrderSnapshot,
  visit: Visit,
  { order, command, masked }: { order: Order | undefined; command: string; masked: (text: string) => string },
): Data["deliveries"] {
  const { record } = file;
  const waiting = record.decided.filter((destination) => !deliveryOf(file, destination));
  const known = file.deliveries.map((delivery) => {
    const kind = kindOf(delivery);
    const isCurrent = delivery.generation === record.generation && record.decided.includes(delivery.destination);
    const isOver = ENDED.has(delivery.state) && stageOf(delivery) !== "step-open";
    const isOpen = isCurrent && !isOver;
    return {
      ...{ destination: delivery.destination, generation: delivery.generation, isCurrent, state: delivery.state },
      ...{
        reason: reasonOf(delivery) === undefined ? null : masked(reasonOf(delivery) ?? ""),
        reference: delivery.reference ?? null,
      },
      ...{ providerOrderIds: delivery.providerOrderIds, attempts: delivery.attempts },
      ...{ lastSentAt: delivery.lastSentAt ?? null, createdAt: delivery.createdAt ?? null },
      ...{ settledAt: delivery.settledAt ?? null, nextAttemptAt: delivery.nextAttemptAt ?? null },
      ...{
        followUp: delivery.followUp ?? null,
        notes: (delivery.notes ?? []).map(masked),
        resolvedBy: delivery.resolvedBy ?? null,
      },
      sent: delivery.lines ?? [],
      differences: order ? differences(file, order, delivery) : [],
      next: kind === undefined ? null : nextStep(kind, command, delivery.destination),
      can: {
        send: isOpen && canSend(file, delivery.destination, visit),
        ...{
          created: isOpen && stageOf(delivery) !== "step-open",
          notCreated: isOpen && delivery.firstSentAt !== undefined,
        },
        ...{
          byHand: isOpen,
          cancelled: isCurrent && delivery.firstSentAt !== undefined && delivery.state !== "cancelled",
        },
      },
    };
  });
  return [
    ...known,
    ...waiting.map((destination) => ({
      ...{
        destination,
        generation: record.generation,
        isCurrent: true,
        state: "queued",
        reason: null,
        reference: null,
      },
      ...{ providerOrderIds: [], attempts: 0, lastSentAt: null, createdAt: null, settledAt: null, nextAttemptAt: null },
      ...{ followUp: null, notes: [], resolvedBy: null, sent: [], differences: [], next: null },
      can: {
        send: canSend(file, destination, visit),
        ...{ created: true, notCreated: false, byHand: true, cancelled: false },
      },
    })),
  ];
}

function canSend(file: OrderSnapshot, wanted: string | undefined, { stage, now }: Visit): boolean {
  try {
    return sendable(file, wanted, stage.config, now).length > 0;
  } catch (error) {
    if (error instanceof CommandError) return false;
    throw error;
  }
}

const Seen = z.object({ seen: z.string() });
const Sending = z.extend(Seen, { destination: z.optional(z.string()) });
const Resolving = z.extend(Seen, {
  destination: z.string(),
  /** `created=<IDs>`, `not-created`, `done-by-hand`, `cancelled` */
  finding: z.string(),
  /** Of `not-created`: when the reader looked, UTC. */
  lookedAt: z.optional(z.string()),
});

/** An act of the command `npm run order`, upon what the reader saw. */
type Prepare = (file: OrderSnapshot) => PreparedAct | Promise<PreparedAct>;

const prepared = async (visit: Visit, { seen }: z.output<typeof Seen>, prepare: Prepare): Promise<PreparedAct> =>
  prepare(await orderAsSeen(identityOf(visit), seen, visit.stage));

/** @param options of the command @param agree label of the button */
async function planOf(
  visit: Visit,
  input: z.output<typeof Seen>,
  prepare: Prepare,
  { options, agree }: { options: string; agree: string },
): Promise<Plan> {
  const { will, undo, looks } = await prepared(visit, input, prepare);
  const late = looks ? [`rely on your word that you looked at ${looks.at} after ${timeText(looks.after)}`] : [];
  return { will: [...will, ...late], undo, command: `${commandOf(visit, identityOf(visit))} ${options}`, agree };
}

async function runOf(visit: Visit, input: z.output<typeof Seen>, prepare: Prepare): Promise<Done> {
  const { said, left } = await (await prepared(visit, input, prepare)).run();
  return { said, ...(left !== undefined && { lines: [left] }) };
}

const sending =
  ({ stage }: Visit, { destination }: z.output<typeof Sending>): Prepare =>
  (file) =>
    prepareSend(file, destination, stage);

const send: Act<typeof Sending> = {
  input: Sending,
  plan: (visit, input) =>
    planOf(visit, input, sending(visit, input), {
      options: `--send${input.destination === undefined ? "" : ` ${shellWord(input.destination)}`}`,
      agree: "Send",
    }),
  run: (visit, input) => runOf(visit, input, sending(visit, input)),
};

const resolving =
  ({ stage }: Visit, { destination, finding, lookedAt }: z.output<typeof Resolving>): Prepare =>
  (file) =>
    prepareResolve(file, findingOf(finding, lookedAt), destination, stage);

const resolve: Act<typeof Resolving> = {
  input: Resolving,
  plan(visit, input) {
    const { destination, finding, lookedAt } = input;
    const looked = lookedAt === undefined ? "" : ` --looked-at ${shellWord(lookedAt)}`;
    return planOf(visit, input, resolving(visit, input), {
      options: `--destination ${shellWord(destination)} --resolve ${shellWord(finding)}${looked}`,
      agree: "Record it",
    });
  },
  run: (visit, input) => runOf(visit, input, resolving(visit, input)),
};

const renew: Act<typeof Seen> = {
  input: Seen,
  plan: (visit, input) =>
    planOf(visit, input, (file) => prepareRenew(file, visit.stage), { options: "--renew", agree: "Begin again" }),
  run: (visit, input) => runOf(visit, input, (file) => prepareRenew(file, visit.stage)),
};

const keep: Act<typeof Seen> = {
  input: Seen,
  plan: (visit, input) =>
    planOf(visit, input, (file) => prepareKeep(file, visit.stage), { options: "--keep", agree: "Keep it" }),
  run: (visit, input) => runOf(visit, input, (file) => prepareKeep(file, visit.stage)),
};

const erase: Act<typeof Seen> = {
  input: Seen,
  async plan(visit, { seen }) {
    const { stage } = visit;
    const identity = identityOf(visit);
    await orderAsSeen(identity, seen, stage);
    return {
      will: await erasurePlan([identity], [], stage),
      undo: "This cannot be undone: the buyer's data is gone, and later events bring none back.",
      command: `npm run erase -- --stage ${shellWord(stage.env.stage)} --order ${shellWord(pathTo(identity))}`,
      agree: "Erase",
    };
  },
  async run(visit, { seen }) {
    const { stage } = visit;
    const identity = identityOf(visit);
    await orderAsSeen(identity, seen, stage);
    const { erased, waiting } = await eraseNow([identity], [], { ...stage, now: Date.now });
    return { said: erased === 1 ? "The buyer's data is erased." : FINISH_FIRST, lines: waiting };
  },
};

const Nothing = z.object({});
const Personal = z.object({
  groups: z.array(z.object({ name: z.string(), fields: z.array(z.object({ name: z.string(), value: z.string() })) })),
});

async function fileOf(visit: Visit): Promise<OrderSnapshot> {
  const file = await visit.stage.ledger.load(identityOf(visit));
  if (file) return file;
  throw new NotFound(`The ledger has no order ${pathTo(identityOf(visit))}. It may have expired, or never have come.`);
}

const personal: Ask<typeof Nothing> = {
  input: Nothing,
  async *run(visit) {
    const { body, deliveries } = await fileOf(visit);
    if (!body) throw new CommandError("The order's content has expired, or the buyer's data is erased.");
    const { groups } = personalView(await visit.stage.ledger.readBody(body));
    const said = deliveries.flatMap((delivery) => {
      const value = reasonOf(delivery);
      return value === undefined ? [] : [{ name: delivery.destination, value }];
    });
    yield {
      result: {
        groups: [...groups, ...(said.length > 0 ? [{ name: "Reasons as they were given", fields: said }] : [])],
      },
    };
  },
};

const raw: Ask<typeof Nothing> = {
  input: Nothing,
  async *run(visit) {
    const { record, body, deliveries } = await fileOf(visit);
    const order = body ? await visit.stage.ledger.readBody(body) : null;
    yield { result: { text: JSON.stringify({ record, order, deliveries }, undefined, 2) } };
  },
};
const Raw = z.object({ text: z.string() });

export const page = {
  name: "order",
  path: "/console/orders/:channel/:connection/:orderId",
  title: ({ number, order }) => (number === null ? order : `${number} · ${order}`),
  liveEvery: 2000,
  async load(visit) {
    const file = await fileOf(visit);
    const { record, body } = file;
    const { stage, now } = visit;
    const identity = identityOf(visit);
    const command = commandOf(visit, identity);
    const isHeld = isHeldForOperator(record);
    const isErased = record.erasure?.erasedAt !== undefined;
    const order = body && (await stage.ledger.readBody(body));
    const masked = (text: string) => (order ? withoutBuyer(text, order) : text);
    const timeline = orderTimeline(file, stage.config, now);
    return {
      ...{
        order: pathTo(identity),
        number: record.number ?? null,
        state: record.state,
        reason: record.reason === undefined ? null : masked(record.reason),
      },
      ...{ generation: record.generation, firstSeenAt: record.firstSeenAt, placedAt: record.placedAt ?? null },
      seen: revisionOf(file),
      timeline: { ...timeline, marks: timeline.marks.map((mark) => ({ ...mark, what: masked(mark.what) })) },
      deliveries: deliveriesOf(file, visit, { order, command, masked }),
      tickets: (record.tickets ?? []).map(({ at, text }) => ({ at, text: masked(text) })),
      content: order ? contentView(order) : null,
      without: body ? null : isErased ? "The buyer's data is erased." : "The order's content has expired.",
      can: { send: canSend(file, undefined, visit), renew: isHeld, keep: isHeld, erase: !isErased },
      next: isHeld ? nextStep(isUnconfirmed(record) ? "unconfirmed" : "held", command) : null,
      command,
    };
  },
  acts: { send, resolve, renew, keep, erase },
  asks: { personal, raw },
} satisfies ServerPage<typeof Data>;

export const view: View<Data> = ({ data }) => {
  const { state, reason, generation, firstSeenAt, placedAt, seen, next, can, tickets } = data;
  return html`<section class="order">
    <p>
      <${State} state=${state} />${reason !== null && html` <span>${reason}</span>`}
      ${generation > 1 && html` <span class="quiet">generation ${generation}</span>`}
    </p>
    <p class="quiet">
      ${placedAt !== null && html`placed <${Time} at=${placedAt} />, `}first seen <${Time} at=${firstSeenAt} /> (<${Ago} at=${firstSeenAt} />)
    </p>
    ${next !== null && html`<p class="next">${next}</p>`}
    <p class="acts">
      ${can.send && html`<${ActButton} act="send" label="Send again" kind="primary" input=${{ seen }} hint="Send again wherever it failed or was never sent" />`}
      ${can.keep && html`<${ActButton} act="keep" label="Keep" input=${{ seen }} hint="Keep the deliveries as they are" />`}
      ${can.renew && html`<${ActButton} act="renew" label="Renew" input=${{ seen }} hint="Begin a new generation" />`}
      ${can.erase && html`<${ActButton} act="erase" label="Erase" kind="danger" input=${{ seen }} hint="Erase the buyer's data" />`}
    </p>
    ${tickets.length > 0 && html`<h2>To check</h2><ul>${tickets.map(({ at, text }) => html`<li key=${`${at} ${text}`}><${Time} at=${at} /> ${text}</li>`)}</ul>`}
    <h2>Timeline</h2>
    <${Timeline} data=${data.timeline} />
    <h2>Deliveries</h2>
    ${data.deliveries.length === 0 && html`<p class="empty">It goes to no destination.</p>`}
    ${data.deliveries.map((one) => html`<${DeliveryBox} key=${`${one.destination} ${one.generation}`} one=${one} seen=${seen} />`)}
    <${Content} data=${data} />
    <h2>Events</h2>
    <ol class="events">${data.timeline.marks.map(({ at, topic, what }, index) => html`<li key=${index}><${Time} at=${at} /> <code>${topic}</code> ${what}</li>`)}</ol>
    <${RawText} />
  </section>`;
};

type DeliveryData = Data["deliveries"][number];

function DeliveryBox({ one, seen }: { one: DeliveryData; seen: string }): VNode {
  const { destination, can, next, sent } = one;
  const facts: [string, VNode | string][] = [
    ...(one.reference === null ? [] : [["our reference", html`<code>${one.reference}</code>`] as [string, VNode]]),
    ...(one.providerOrderIds.length === 0
      ? []
      : [["the provider calls it", html`<code>${one.providerOrderIds.join(", ")}</code>`] as [string, VNode]]),
    ...(one.attempts === 0
      ? []
      : [
          [
            "attempts",
            html`<span>${one.attempts}${one.lastSentAt !== null && html`, the last <${Time} at=${one.lastSentAt} />`}</span>`,
          ] as [string, VNode],
        ]),
    ...(one.createdAt === null ? [] : [["created", html`<${Time} at=${one.createdAt} />`] as [string, VNode]]),
    ...(one.settledAt === null
      ? []
      : [
          [
            "settled",
            html`<span><${Time} at=${one.settledAt} />; until then a look-up that finds nothing proves nothing</span>`,
          ] as [string, VNode],
        ]),
    ...(one.nextAttemptAt === null
      ? []
      : [["next attempt", html`<${Time} at=${one.nextAttemptAt} />`] as [string, VNode]]),
    ...(one.followUp === null ? [] : [["open step", one.followUp] as [string, string]]),
    ...one.notes.map((note): [string, string] => ["note", note]),
    ...(one.resolvedBy === null ? [] : [["by hand", one.resolvedBy] as [string, string]]),
  ];
  return html`<article class="box delivery-box" aria-label=${`Delivery to ${destination}`}>
    <h3>${destination} <${State} state=${one.state} />${!one.isCurrent && html` <span class="quiet">generation ${one.generation}</span>`}</h3>
    ${one.reason !== null && html`<p class=${one.state === "rejected" || one.state === "failed" ? "bad" : ""}>${one.reason}</p>`}
    ${next !== null && html`<p class="next">${next}</p>`}
    <dl>${facts.map(([name, value], index) => html`<dt key=${`t${index}`}>${name}</dt><dd key=${`d${index}`}>${value}</dd>`)}</dl>
    ${sent.length > 0 && html`<p>Sent: ${sent.map(({ sku, quantity, product }) => html`<span key=${sku}><code>${quantity} × ${sku}</code>${product !== sku && html` as <code>${product}</code>`} </span>`)}</p>`}
    ${one.differences.length > 0 && html`<details><summary>Differs from the order as it is now</summary><ul>${one.differences.map((text) => html`<li key=${text}>${text}</li>`)}</ul></details>`}
    <p class="acts">
      ${can.send && html`<${ActButton} act="send" label="Send again" kind="primary" input=${{ seen, destination }} hint=${`Send again to ${destination}`} />`}
      ${can.notCreated && html`<${ActButton} act="resolve" label="It is not there" input=${{ seen, destination, finding: "not-created" }} hint=${`Record that ${destination} does not have the order`} />`}
      ${can.byHand && html`<${ActButton} act="resolve" label="Done by hand" input=${{ seen, destination, finding: "done-by-hand" }} hint=${`Record that it was done by hand at ${destination}`} />`}
      ${can.cancelled && html`<${ActButton} act="resolve" label="Cancelled there" input=${{ seen, destination, finding: "cancelled" }} hint=${`Record that the order was cancelled at ${destination}`} />`}
    </p>
    ${can.created && html`<${ItIsThere} destination=${destination} seen=${seen} />`}
  </article>`;
}

/** The reader found the order at the provider. */
function ItIsThere({ destination, seen }: { destination: string; seen: string }): VNode {
  const [ids, setIds] = useState("");
  const typed = (event: { currentTarget: HTMLInputElement }) => setIds(event.currentTarget.value);
  return html`<p class="acts"><label>The provider's order ID <input value=${ids} onInput=${typed} autocomplete="off" spellcheck=${false} /></label>
    ${ids.trim() !== "" && html`<${ActButton} act="resolve" label="It is there" input=${{ seen, destination, finding: `created=${ids.trim()}` }} hint=${`Record that ${destination} has the order as ${ids.trim()}`} />`}</p>`;
}

function Content({ data: { content, without } }: { data: Data }): VNode {
  if (!content) return html`<h2>Content</h2><p class="empty">${without}</p>`;
  const { lines, currency, total, country, financialState, shippingMethod } = content;
  return html`<h2>Content</h2>
    <p>${financialState}${total !== null && html`, ${total} ${currency}`}${country !== null && html`, to ${country}`}${shippingMethod !== null && html`, ${shippingMethod}`}</p>
    <div class="wide" tabindex="0" role="region" aria-label="Lines">
      <table><caption class="hidden">Lines</caption>
        <thead><tr><th scope="col">SKU</th><th scope="col">Title</th><th scope="col" class="number">Ordered</th><th scope="col" class="number">To ship</th><th scope="col" class="number">Price</th></tr></thead>
        <tbody>${lines.map(({ id, sku, title, quantity, toShip, unitPrice }) => html`<tr key=${id}><td><code>${sku}</code></td><td>${title ?? ""}</td><td class="number">${quantity}</td><td class="number">${toShip}</td><td class="number">${unitPrice ?? ""}</td></tr>`)}</tbody>
      </table>
    </div>
    <${Masked} />`;
}

/** A read on a press. */
function useReveal<Schema extends z.ZodMiniType>(ask: string, schema: Schema) {
  const shell = useContext(ShellContext);
  const [shown, setShown] = useState<z.output<Schema>>();
  const [failure, setFailure] = useState<Failure>();
  const reveal = () => {
    setFailure(undefined);
    void callAsk(shell, { ask, input: {} }, schema)
      .then((result) => setShown(() => result))
      .catch((error: unknown) => {
        if (!(error instanceof Refused)) throw error;
        setFailure(error.failure);
      });
  };
  return { shown, failure, reveal, hide: () => setShown(undefined) };
}

function Masked(): VNode {
  const { shown, failure, reveal, hide } = useReveal("personal", Personal);
  return html`<div class="masked">
    <button type="button" onClick=${shown ? hide : reveal} aria-expanded=${shown ? "true" : "false"}>${shown ? "Hide" : "Show"} address, buyer and whole reasons</button>
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${shown?.groups.map(({ name, fields }) => html`<h3 key=${`h ${name}`}>${name}</h3><dl key=${name}>${fields.map(({ name: field, value }) => html`<dt key=${`t${field}`}>${field}</dt><dd key=${`d${field}`}>${value}</dd>`)}</dl>`)}
  </div>`;
}

function RawText(): VNode {
  const { shown, failure, reveal, hide } = useReveal("raw", Raw);
  return html`<div class="masked">
    <button type="button" onClick=${shown ? hide : reveal} aria-expanded=${shown ? "true" : "false"}>${shown ? "Hide" : "Show"} what the ledger stores, with personal data</button>
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${shown && html`<pre tabindex="0">${shown.text}</pre>`}
  </div>`;
}
