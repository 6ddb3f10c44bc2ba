import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import {
  BUYER_HIDDEN,
  BUYER_LOST,
  completedOrder,
  type Known,
  NO_ADDRESS,
  NO_LINES,
} from "../../functions/route-order/completed-order.ts";
import type { Order } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { Config } from "../../shared/stage/config.ts";
import { leastOrder, orderOf, read, topic } from "../support/deliveries.ts";

/** An order as a channel sends it: of the shipping address, the buyer and the lines, in our words. */
interface Sent {
  address?: Record<string, unknown> | null;
  buyer?: Record<string, unknown>;
  lines?: readonly Record<string, unknown>[];
  method?: string;
  state?: string;
}

const LINES = [{ id: "1", sku: "DEMO-TEE", quantity: 2 }];
const ADA = { name: "Ada Byron", street1: "Main 1", city: "Berlin", postcode: "10115", country: "DE", phone: "+4930" };

const standard = async ({ address = ADA, buyer, lines = LINES, method, state = "paid" }: Sent): Promise<Order> =>
  orderOf(
    await read(
      "standard",
      JSON.stringify({
        id: "1",
        placedAt: "2026-10-01T10:00:00Z",
        updatedAt: "2026-10-01T10:00:00Z",
        currency: "EUR",
        financialState: state,
        lines,
        shippingAddress: address,
        buyer,
        shipping: method && { method },
      }),
    ),
  );

const SHOPIFYS: Record<string, string> = {
  street1: "address1",
  street2: "address2",
  postcode: "zip",
  country: "country_code",
};
const renamed = (address: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(address).map(([name, value]) => [SHOPIFYS[name] ?? name, value]));

async function shopify({ address = ADA, buyer, lines = LINES, method, state = "paid" }: Sent): Promise<Order> {
  const fields = [
    `"line_items":${JSON.stringify(lines)}`,
    `"shipping_address":${JSON.stringify(address && renamed(address))}`,
    `"financial_status":"${state}"`,
    ...(method ? [`"shipping_lines":[{"title":"${method}","price":"0"}]`] : []),
    ...(buyer ? [`"customer":${JSON.stringify(buyer)}`, `"email":${JSON.stringify(buyer["email"] ?? null)}`] : []),
  ];
  return orderOf(await read("shopify", leastOrder(fields), topic("orders/updated")));
}

const config = z.parse(Config, {
  stage: "test",
  connections: [{ channel: "any", name: "main", key: "a", maxOrderAge: "none" }],
  destinations: [{ provider: "parcelworks", name: "one" }],
  routes: [{ from: ["any/main"], to: ["parcelworks/one"] }],
});

function decided(order: Order): [string, string | undefined] {
  const [connection] = config.connections;
  if (!connection) throw new Error("no connection");
  const { state, reason } = decide(config, connection, order, Date.parse("2026-10-02T00:00:00Z"));
  return [state, reason];
}

/** The ledger has this order. */
const has = (order: Order): Known => ({
  hasBuyer: order.buyer?.id !== undefined || order.buyer?.email !== undefined,
  isNotRouted: decided(order)[0] === "not-routed",
  read: async () => order,
});
/** Its body has expired, or was erased. */
const hadOnce: Known = { hasBuyer: true, isNotRouted: false, read: async () => undefined };

for (const [channel, make] of Object.entries({ shopify, standard })) {
  const fresh = async (sent: Sent) => completedOrder(await make(sent), undefined);
  /** @param before what came first */
  const after = async (before: Sent, sent: Sent) => completedOrder(await make(sent), has(await fresh(before)));

  test(`${channel}: a masked buyer is a missing one; the order is held until it is shown`, async () => {
    const masks = ["****", "J***n", "+60******12"];
    const order = await fresh({
      address: { ...ADA, name: masks[1], street1: masks[0], city: masks[0], phone: masks[2] },
      buyer: { id: "7", email: "j***@x.example" },
    });
    deepEqual(decided(order), ["held", "the channel masks name, street1, city of the shipping address"]);
    equal(/\*/.test(JSON.stringify(order)), false);
    equal((await after({ address: { ...ADA, name: "J***n" } }, {})).shippingAddress?.name, ADA.name);
    deepEqual(decided(await after({ address: { ...ADA, name: "J***n" } }, {})), ["recorded", undefined]);
  });

  test(`${channel}: a masked phone number alone may be masked for good, and holds nothing`, async () => {
    const order = await fresh({ address: { ...ADA, phone: "+49****12" } });
    deepEqual([decided(order)[0], order.shippingAddress?.phone], ["recorded", undefined]);
  });

  test(`${channel}: a masked buyer never replaces the one we know`, async () => {
    const masked = { ...ADA, name: "A*** B***", street1: "****", phone: "****" };
    const order = await after({ buyer: { id: "7", email: "ada@x.example" } }, { address: masked, buyer: { id: "7" } });
    equal(order.shippingAddress?.street1, ADA.street1);
    equal(order.buyer?.email, "ada@x.example");
    equal(decided(order)[0], "recorded");
    const named = await after({}, { address: masked, buyer: { email: "ada@x.example" } });
    equal(named.shippingAddress?.street1, ADA.street1);
    // What is still shown says that the address is another one.
    const moved = await after({}, { address: { ...masked, postcode: "80331", city: "M******" } });
    equal(moved.shippingAddress?.street1, undefined);
    match(decided(moved)[1] ?? "", /masks name, street1, city/);
    // Nothing is known any more.
    equal(decided(await completedOrder(await make({ address: masked }), hadOnce))[0], "held");
  });

  test(`${channel}: an emptied buyer never replaces a good one, and is not sent`, async () => {
    const empty = Object.fromEntries(Object.keys(ADA).map((name) => [name, name === "country" ? "DE" : ""]));
    for (const address of [empty, null, {}, { country: "DE" }]) {
      const order = await after({ buyer: { id: "7", email: "ada@x.example" } }, { address, buyer: {} });
      deepEqual(decided(order), ["held", BUYER_LOST], JSON.stringify(address));
      equal(order.shippingAddress?.street1, ADA.street1);
      equal(order.buyer?.email, "ada@x.example");
      const back = await completedOrder(await make({}), has(order));
      deepEqual(decided(back), ["recorded", undefined], JSON.stringify(address));
    }
  });

  test(`${channel}: a buyer without name, e-mail and phone number does not replace the one we know`, async () => {
    const order = await after({ buyer: { id: "7", email: "ada@x.example" } }, { buyer: { id: "7" } });
    deepEqual([order.buyer?.email, order.hold], ["ada@x.example", undefined]);
    const changed = await after({ buyer: { email: "ada@x.example" } }, { buyer: { email: "new@x.example" } });
    equal(changed.buyer?.email, "new@x.example");
  });

  test(`${channel}: a corrected address replaces the known one, with fewer fields too`, async () => {
    const { name, street1, city, country } = { ...ADA, street1: "Other 2" };
    const order = await after({}, { address: { name, street1, city, country } });
    deepEqual(JSON.parse(JSON.stringify(order.shippingAddress)), { name, street1, city, country });
    equal(order.hold, undefined);
  });

  test(`${channel}: only country and province: the plan or the app's access hides the buyer`, async () => {
    const hidden = { province: "Arkansas", country: "US" };
    deepEqual(decided(await fresh({ address: hidden })), ["held", BUYER_HIDDEN]);
    // What a person may add, or a provider may do without, is the provider's to say.
    equal(decided(await fresh({ address: { ...hidden, name: "Ada" } }))[0], "recorded");
    equal(decided(await fresh({ address: { ...hidden, phone: "+1555" } }))[0], "recorded");
  });

  test(`${channel}: an order without lines is not complete yet, and loses none that it had`, async () => {
    deepEqual(decided(await fresh({ lines: [] })), ["held", NO_LINES]);
    const order = await after({ state: "pending" }, { lines: [] });
    deepEqual([decided(order)[0], order.lines.length], ["recorded", 1]);
    deepEqual(decided(await completedOrder(await make({ lines: [] }), hadOnce)), ["held", NO_LINES]);
  });

  test(`${channel}: a cancelled order is cancelled, whatever it lacks`, async () => {
    equal(decided(await fresh({ lines: [], address: null, state: "voided" }))[0], "cancelled");
  });

  test(`${channel}: what the buyer picks up after all needs no address`, async () => {
    const order = await after({ method: "Parcel" }, { address: null, method: "Store pickup" });
    equal(order.shippingAddress, null);
  });
}

test("shopify: an empty list of lines in any writing is an order whose lines come later", async () => {
  for (const lines of ["[]", "{}", "null"]) {
    const body = leastOrder([`"line_items":${lines}`]);
    const order = await completedOrder(orderOf(await read("shopify", body, topic("orders/paid"))), undefined);
    deepEqual(decided(order), ["held", NO_LINES], lines);
  }
  const without = leastOrder()
    .replace(/"line_items":\[.*?\],?/, "")
    .replace(/,}$/, "}");
  await rejects(read("shopify", without, topic("orders/paid")), /line_items/);
});

test("standard: goods without an address are held; Shopify's are picked up", async () => {
  deepEqual(decided(await completedOrder(await standard({ address: null }), undefined)), ["held", NO_ADDRESS]);
  equal(decided(await completedOrder(await shopify({ address: null }), undefined))[0], "not-routed");
});

test("a stored order is read only if the new one lacks something", async () => {
  const unread: Known = {
    hasBuyer: true,
    isNotRouted: false,
    read: () => Promise.reject(new Error("was read")),
  };
  await completedOrder(await standard({ buyer: { email: "ada@x.example" } }), unread);
  await completedOrder(await standard({ address: null, buyer: { email: "ada@x.example" } }), {
    ...unread,
    isNotRouted: true,
  });
  await completedOrder(await standard({}), { ...unread, hasBuyer: false });
});

test("the channel's own hold comes first", async () => {
  const order = await standard({ address: { ...ADA, name: "****" } });
  const held = await completedOrder({ ...order, hold: { reason: "ON_HOLD" } }, undefined);
  deepEqual(held.hold, { reason: "ON_HOLD" });
});

test("a masked phone number or billing address never replaces the one we know either", async () => {
  const first = await standard({ buyer: { id: "7", phone: "+49301" } });
  const known = { ...first, billingAddress: { name: "Ada", street1: "Bank 9", city: "Bonn" } };
  const next = await standard({ address: { ...ADA, phone: "+4****" }, buyer: { id: "7", phone: "+4****" } });
  const order = await completedOrder({ ...next, billingAddress: { name: "A**", street1: "****" } }, has(known));
  deepEqual(
    [order.shippingAddress?.phone, order.buyer?.phone, order.billingAddress?.street1, order.hold],
    [ADA.phone, "+49301", "Bank 9", undefined],
  );
});

test("whichever fields are masked: no mask is kept, what was known stays, and another place takes nothing of it", async () => {
  const known = await standard({ buyer: { email: "ada@x.example", phone: "+49301" } });
  const fields = ["name", "street1", "city", "postcode", "phone"] as const;
  const masks = ["****", "A**", "+4****", "[redacted]", "●●●", "*"];
  for (let subset = 1; subset < 2 ** fields.length; subset++) {
    const masked = fields.filter((_, index) => subset & (1 << index));
    const over = Object.fromEntries(masked.map((field, index) => [field, masks[(subset + index) % masks.length]]));
    const same = await completedOrder(await standard({ address: { ...ADA, ...over } }), has(known));
    deepEqual(JSON.parse(JSON.stringify(same.shippingAddress)), ADA, masked.join());
    deepEqual(decided(same), ["recorded", undefined], masked.join());

    const moved = { ...ADA, country: "FR", ...over };
    const other = await completedOrder(await standard({ address: moved }), has(known));
    const shown = Object.fromEntries(Object.entries(moved).filter(([name]) => !Object.hasOwn(over, name)));
    deepEqual(JSON.parse(JSON.stringify(other.shippingAddress)), shown, masked.join());
    equal(decided(other)[0], masked.join() === "phone" ? "recorded" : "held", masked.join());
  }
});
