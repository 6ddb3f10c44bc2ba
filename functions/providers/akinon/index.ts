import { collectsAll } from "../../../shared/connector/collects-all.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { defined } from "../../../shared/defined.ts";
import { AlreadyExists, Misconfigured } from "../../../shared/errors.ts";
import { type Account, type Client, defineProvider } from "../provider.ts";
import { addressesOf } from "./address.ts";
import { amountsOf } from "./amounts.ts";
import { readCreated } from "./answers.ts";
import { openApi } from "./api.ts";
import { cargoCompanyOf, listsOf } from "./channel-setup.ts";
import type { Context } from "./context.ts";
import { customerOf } from "./customer.ts";
import { findOrder, ordersOf } from "./find-order.ts";
import { itemsOf } from "./items.ts";
import { openMemo } from "./memo.ts";
import { toOrderBody } from "./order-body.ts";
import { productsOf } from "./products.ts";
import { keyOf, Row } from "./rows.ts";
import { Secret, Settings } from "./settings.ts";

/**
 * Akinon Omnitron, orders of a sales channel. https://apidocs.akinon.com/omnitron-openapis/saleschannelcreateorder,
 * reference/providers.md 4, docs/providers/akinon.md
 */
export const akinon = defineProvider<Settings, Secret>({
  name: "akinon",
  title: "Akinon",
  settings: Settings,
  secret: Secret,
  // The vendor's app cuts numbers at 128.
  reference: { maxLength: 128, characters: /^[\x21-\x7e]+$/ },
  timing: { settling: 120_000, call: 30_000 },
  open,
});

function open(account: Account<Settings, Secret>, tools: Tools): Client {
  const api = openApi(account, tools);
  const channel = `channel/${account.secret.channelId}/`;
  const newContext = (): Context => ({ account, api, channel, memo: openMemo(account, tools), notes: [] });
  // By reference: what each order's preparation took from the cache, to be forgotten if Omnitron knows it no more.
  const contexts = new Map<string, Context>();

  return {
    async prepare({ order, lines, reference }) {
      const context = newContext();
      contexts.set(reference, context);
      // First what may be refused without a trace there; then what makes a customer and addresses.
      const known = await productsOf(lines, tools, context);
      const items = itemsOf(known, order, account);
      const amounts = amountsOf(order, lines, items, account.settings);
      // Omnitron's order has one amount, which is what the carrier collects.
      const isCollected = collectsAll(order, amounts.amount, account.destination);
      const [cargoCompany, lists] = await Promise.all([cargoCompanyOf(order, context), listsOf(context)]);
      const customer = await customerOf(order, context);
      const { shipping, billing } = await addressesOf(order, customer, context);
      const keys = { customer, shippingAddress: shipping, billingAddress: billing, cargoCompany, lists };
      return {
        request: toOrderBody({ order, reference }, { ...keys, items, amounts, isCollected }, account),
        lines: known.map(({ line, product, quantity }) => ({ id: line.id, sku: line.sku, quantity, product })),
      };
    },

    async create({ request }, { reference }) {
      const context = contexts.get(reference) ?? newContext();
      const { orders, isAbsent } = await ordersOf(reference, context);
      const [there] = orders;
      if (there)
        throw new AlreadyExists(`Omnitron has an order ${reference} already: ${keyOf(there) ?? "without a key"}.`);
      if (!isAbsent) {
        throw new Misconfigured(
          `Omnitron lists an order that may be ${reference} and does not show its number as documented: nothing can be created safely.`,
        );
      }

      const answer = await api.create(`${channel}create_orders/`, String(request));
      const pk = (await readCreated(answer, reference, context, tools)) ?? (await keyByNumber(reference, context));
      const complaint = api.complaint(answer);
      const notes = [
        ...context.notes,
        ...(pk === undefined ? ["Omnitron's answer has no key; the order is known by its number."] : []),
      ];
      return { providerOrderIds: [pk ?? reference], ...(notes.length > 0 && { notes }), ...defined({ complaint }) };
    },

    find: (sent) => findOrder(sent, newContext()),

    async check() {
      await api.list(`${channel}orders/`, { limit: "1" }, Row, 1);
    },
  };
}

/** The order exists, whatever becomes of this look-up. */
async function keyByNumber(number: string, context: Context): Promise<string | undefined> {
  try {
    const [made] = (await ordersOf(number, context)).orders;
    return made && keyOf(made);
  } catch {
    return undefined;
  }
}
