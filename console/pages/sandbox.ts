import { html } from "htm/preact";
import { useContext, useState } from "preact/hooks";
import * as z from "zod/mini";
import { CommandError } from "../../operator/command-error.ts";
import { orderIdentity } from "../../operator/order-identity.ts";
import { readTrace } from "../../shared/ledger/trace.ts";
import { shellWord } from "../../shared/shell-word.ts";
import { useSendOrder } from "../client/send-order.ts";
import { orderHref } from "../order-href.ts";
import type { Act, ServerPage, View, Visit } from "../page.ts";
import { Empty } from "../parts/empty.ts";
import { FailureBox } from "../parts/failure-box.ts";
import { Rows } from "../parts/rows.ts";
import { State } from "../parts/state.ts";
import { Time } from "../parts/time.ts";
import { ShellContext } from "../shell.ts";

export const Data = z.object({
  connections: z.array(z.string()),
  providers: z.array(z.object({ name: z.string(), faults: z.array(z.string()) })),
  /** The order that was sent from here last: of the address. */
  sent: z.optional(
    z.object({
      order: z.string(),
      state: z.nullable(z.string()),
      reason: z.nullable(z.string()),
      events: z.array(z.object({ at: z.string(), topic: z.string(), outcome: z.string() })),
      deliveries: z.array(
        z.object({
          destination: z.string(),
          state: z.string(),
          reason: z.nullable(z.string()),
          attempts: z.number(),
          providerOrderIds: z.array(z.string()),
        }),
      ),
    }),
  ),
});
type Data = z.infer<typeof Data>;

const Sending = z.object({
  connection: z.string(),
  sku: z.string().check(z.minLength(1, "an order needs a SKU")),
  quantity: z.int().check(z.minimum(1), z.maximum(9999)),
  /** A part of our own Order as JSON; "" for none. */
  more: z.string(),
  /** "" for none. */
  provider: z.string(),
  fault: z.string(),
});

const send: Act<typeof Sending> = {
  input: Sending,
  async plan(_visit, { connection, provider, fault }) {
    return {
      will: [
        `have the simulated shop ${connection} send a signed webhook of a new order`,
        ...(provider === "" ? [] : [`let the next create at ${provider} fail: ${fault}`]),
      ],
      undo: "It is a simulated order: it ends with the local stack.",
    };
  },
  async run({ sandbox }, { connection, sku, quantity, more, provider, fault }) {
    if (!sandbox) throw new CommandError("There are no simulators: the sandbox is of the local stack.");
    const order = { lines: [{ sku, quantity }], ...partOf(more) };
    if (provider !== "") await sandbox.fail(provider, fault, 1);
    const { status, orderId } = await sandbox.send(connection, order);
    const path = `${connection}/${orderId}`;
    return {
      said:
        status === null ? `${connection} stored the order and sent nothing.` : `The webhook was answered ${status}.`,
      link: { href: `/console/sandbox?order=${encodeURIComponent(path)}`, text: path },
    };
  },
};

/** @throws CommandError */
function partOf(json: string): object {
  if (json.trim() === "") return {};
  try {
    return z.parse(z.record(z.string(), z.unknown()), JSON.parse(json));
  } catch {
    throw new CommandError('The rest of the order is no JSON object: {"email": "…"}.');
  }
}

export const page = {
  name: "sandbox",
  path: "/console/sandbox",
  nav: "Sandbox",
  localOnly: true,
  title: () => "Sandbox",
  liveEvery: 700,
  acts: { send },
  async load({ stage, url, sandbox }) {
    const order = url.searchParams.get("order");
    return {
      connections: sandbox?.connections() ?? [],
      providers: sandbox?.providers() ?? [],
      ...(order !== null && { sent: await sentOrder(order, stage) }),
    };
  },
} satisfies ServerPage<typeof Data>;

async function sentOrder(order: string, { ledger }: Visit["stage"]): Promise<NonNullable<Data["sent"]>> {
  const trace = await readTrace(ledger, orderIdentity(order));
  return {
    order,
    state: trace?.state ?? null,
    reason: trace?.reason ?? null,
    events: trace?.events ?? [],
    deliveries: trace?.deliveries ?? [],
  };
}

export const view: View<Data> = ({ data }) => html`
  <p>A simulated shop stores an order in its own format, signs its webhook and sends it to the real endpoint. Order Relay then creates it at every simulated provider.</p>
  <${SendForm} connections=${data.connections} providers=${data.providers} />
  ${data.sent === undefined ? html`<${Empty}>No order was sent from here yet<//>` : html`<${Sent} sent=${data.sent} />`}
`;

function SendForm({ connections, providers }: Pick<Data, "connections" | "providers">) {
  const shell = useContext(ShellContext);
  const { send, isBusy, failure } = useSendOrder();
  const [provider, setProvider] = useState("");
  const faults = providers.find(({ name }) => name === provider)?.faults ?? [];

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!(event.currentTarget instanceof HTMLFormElement)) return;
    const fields = new FormData(event.currentTarget);
    const text = (name: string) => String(fields.get(name) ?? "");
    const input = {
      connection: text("connection"),
      sku: text("sku"),
      quantity: Number(text("quantity")),
      more: text("more"),
      provider,
      fault: text("fault"),
    };
    void send(input);
  };

  return html`<form class="fields box" onSubmit=${submit}>
    <label>Shop
      <select name="connection">${connections.map((path) => html`<option key=${path} value=${path} selected=${path === "shopify/demo"}>${path}</option>`)}</select>
    </label>
    <label>SKU <input name="sku" value="DEMO-MUG" required maxlength="255" /></label>
    <label>Quantity <input name="quantity" type="number" value="1" min="1" max="9999" required /></label>
    <label>Let a provider fail
      <select name="provider" value=${provider} onChange=${(event: Event) => event.currentTarget instanceof HTMLSelectElement && setProvider(event.currentTarget.value)}>
        <option value="">none</option>
        ${providers.map(({ name }) => html`<option key=${name} value=${name}>${name}</option>`)}
      </select>
    </label>
    ${
      provider !== "" &&
      html`<label>How
        <select name="fault">${faults.map((fault) => html`<option key=${fault} value=${fault} selected=${fault === "reject"}>${fault}</option>`)}</select>
      </label>`
    }
    <details>
      <summary>The rest of the order</summary>
      <label>A part of an order, as docs/order.schema.json describes it; what is missing is made up
        <textarea name="more" rows="5" spellcheck=${false} placeholder='{"shippingAddress": {"city": "Paris"}}'></textarea>
      </label>
    </details>
    <p class="quiet">The providers know every SKU that begins with DEMO-, and no other.</p>
    <button class="primary" disabled=${isBusy || shell.readOnly}>Send an order</button>
    ${failure && html`<${FailureBox} failure=${failure} />`}
  </form>`;
}

function Sent({ sent: { order, state, reason, events, deliveries } }: { sent: NonNullable<Data["sent"]> }) {
  return html`<section aria-live="polite">
    <h2>${state === null ? order : html`<a href=${orderHref(order)}>${order}</a>`} ${state !== null && html`<${State} state=${state} />`}</h2>
    ${reason !== null && html`<p>${reason}</p>`}
    ${state === null && html`<p>On its way: the intake has the event, and the ledger has no order yet.</p>`}
    ${
      deliveries.length > 0 &&
      html`<${Rows}
        caption="Deliveries"
        columns=${["Destination", "State", "The provider's ID", "Attempts", "Reason"]}
        rows=${deliveries.map((one) => ({
          key: one.destination,
          cells: [
            one.destination,
            html`<${State} state=${one.state} />`,
            one.providerOrderIds.join(", "),
            one.attempts,
            one.reason ?? "",
          ],
        }))}
      />`
    }
    ${events.length > 0 && html`<ul>${events.map(({ at, topic, outcome }) => html`<li key=${`${at}${topic}${outcome}`}><${Time} at=${at} /> ${topic}: ${outcome}</li>`)}</ul>`}
    <p class="quiet">The same by command: <code>npm run order -- --stage local ${shellWord(order)}</code></p>
  </section>`;
}
