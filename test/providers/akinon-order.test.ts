import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { akinon } from "../../functions/providers/akinon/index.ts";
import { Rejected } from "../../shared/errors.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { THOROUGH } from "../support/thorough.ts";
import { lookUpMutations } from "./look-up-mutations.ts";
import { attempt } from "./provider-context.ts";
import { oneLine, secret, startAkinon } from "./start-akinon.ts";

/** reference/providers.md 4.2, "What we send"; the rest is the document's sample, never to be sent. */
const ORDER_FIELDS = `number, channel, status, date_placed, customer, shipping_address, billing_address, currency, amount,
  shipping_amount, net_shipping_amount, shipping_tax_rate, discount_amount, extra_field, delivery_type, cargo_company,
  remote_addr, has_gift_box, gift_box_note, language_code, notes, delivery_range, shipping_option_slug, client_type,
  payment_option, payment_option_slug, segment`;
const ITEM_FIELDS = `product, status, price_currency, price, quantity, unit_price, total_price, tax_rate, tax_amount,
  discount_amount, retail_price, price_list, stock_list, attributes, extra_field, estimated_delivery_date, datasource`;
const names = (text: string) => text.split(/,\s*/).toSorted();

test("with all settings on, exactly the fields of the reference are sent", async (context) => {
  const fixture = await startAkinon(context, {
    settings: {
      paymentOption: 1,
      paymentOptionSlug: "credit_card",
      segment: "retail",
      datasource: 3,
      deliveryTypes: { standard: "normal" },
    },
  });
  const { order, order_item } = await fixture.send(outgoingSample());
  deepEqual(Object.keys(order).toSorted(), names(ORDER_FIELDS));
  for (const item of order_item) deepEqual(Object.keys(item).toSorted(), names(ITEM_FIELDS));
});

test("an order with the bare necessities is created", async (context) => {
  const fixture = await startAkinon(context);
  const { id, placedAt, updatedAt, currency, financialState, shippingAddress } = orderSample;
  const { country, city, street1, phone, email, name } = shippingAddress ?? {};
  const outgoing = oneLine({}, {});
  const { order } = await fixture.send({
    ...outgoing,
    order: {
      ...{ id, placedAt, updatedAt, currency, financialState },
      lines: outgoing.lines,
      shippingAddress: { country, city, street1, phone, email, name },
    },
  });
  deepEqual(
    [order["amount"], order["shipping_amount"], order["shipping_tax_rate"], order["has_gift_box"]],
    [7.5, 0, 0, false],
  );
});

describe("Akinon: money", () => {
  test("is written in the digits of the order, never through a float", async (context) => {
    const fixture = await startAkinon(context);
    await fixture.send(
      oneLine(
        { unitPrice: "90071992547409.93", discount: "0.10" },
        { shipping: undefined, total: undefined, discount: undefined },
      ),
    );
    const [body = ""] = fixture.posted("create_orders");
    match(body, /"price":90071992547409\.93,/);
    match(body, /"amount":90071992547409\.83,/);
    match(body, /"discount_amount":0\.10,/);
  });

  test("of a line is divided exactly, the remainder on the last unit", async (context) => {
    const fixture = await startAkinon(context);
    const line = { quantity: 3, unitPrice: "20.00", discount: "10.00", taxes: [{ rate: "0.2", amount: "0.01" }] };
    const { order_item } = await fixture.send(oneLine(line));
    deepEqual(
      order_item.map((item) => [item["discount_amount"], item["tax_amount"], item["tax_rate"], item["quantity"]]),
      [
        [3.33, 0, 20, 1],
        [3.33, 0, 20, 1],
        [3.34, 0.01, 20, 1],
      ],
    );
    deepEqual(
      order_item.map(({ extra_field }) => Object(extra_field).id),
      ["1:1", "1:2", "1:3"],
    );
  });

  test("of an item a line is the whole line's", async (context) => {
    const fixture = await startAkinon(context, { settings: { items: "per-line" }, switches: { itemQuantity: "kept" } });
    const taxes = [
      { rate: "0.06", amount: "3.00" },
      { rate: "0.025", amount: "1.25" },
    ];
    const { order_item } = await fixture.send(oneLine({ quantity: 3, unitPrice: "20.00", discount: "10.00", taxes }));
    const [item, ...more] = order_item;
    equal(more.length, 0);
    deepEqual(
      ["quantity", "unit_price", "price", "total_price", "discount_amount", "tax_amount", "tax_rate"].map(
        (name) => item?.[name],
      ),
      [3, 20, 20, 60, 10, 4.25, 8.5],
    );
    equal(Object(item?.["extra_field"]).id, "1");
  });

  test("of a whole order is the channel's own", async (context) => {
    const fixture = await startAkinon(context);
    const { order } = await fixture.send(
      oneLine({ quantity: 2 }, { total: "18.49", discount: "1.50", shipping: { price: "6.00", discount: "1.00" } }),
    );
    deepEqual(
      [order["amount"], order["discount_amount"], order["shipping_amount"], order["net_shipping_amount"]],
      // Not 18.50: to the cent as the channel has it.
      [18.49, 1.5, 6, 5],
    );
  });

  test("without tax in its prices adds the tax to the amount, and to the prices where that is set", async (context) => {
    const order = {
      pricesIncludeTax: false,
      total: undefined,
      shipping: { price: "10.00", taxRate: "0.1" },
    };
    const line = { quantity: 2, unitPrice: "10.00", taxes: [{ rate: "0.1", amount: "2.01" }] };
    const asGiven = await (await startAkinon(context)).send(oneLine(line, order));
    deepEqual(
      [asGiven.order["amount"], asGiven.order["shipping_amount"], asGiven.order_item.map(({ price }) => price)],
      [33.01, 10, [10, 10]],
    );
    const fixture = await startAkinon(context, { settings: { prices: "with-tax", netShipping: "tax" } });
    const withTax = await fixture.send(oneLine(line, order));
    deepEqual(
      [withTax.order["amount"], withTax.order["shipping_amount"], withTax.order["net_shipping_amount"]],
      [33.01, 11, 10],
    );
    deepEqual(
      withTax.order_item.map((item) => [item["price"], item["unit_price"], item["total_price"]]),
      [
        [11, 11, 11],
        [11.01, 11.01, 11.01],
      ],
    );
  });

  test("that the channel hides is the destination's, or the delivery is rejected", async (context) => {
    const without = await startAkinon(context);
    await rejects(
      without.client.prepare(oneLine({ unitPrice: undefined })),
      /^Rejected: The order's line 1 has no unit price, which akinon\/demo requires: set missingPrice/,
    );
    const fixture = await startAkinon(context, { settings: { missingPrice: "1.00" } });
    equal((await fixture.send(oneLine({ unitPrice: undefined }))).order_item[0]?.["unit_price"], 1);
  });

  test("with more digits than Omnitron takes is rounded", async (context) => {
    const fixture = await startAkinon(context);
    const { order_item } = await fixture.send(
      oneLine({ unitPrice: "3.33333", taxes: [{ rate: "0.196", amount: "0.65333" }] }),
    );
    deepEqual(
      [order_item[0]?.["price"], order_item[0]?.["tax_amount"], order_item[0]?.["tax_rate"]],
      [3.33, 0.65, 19.6],
    );
  });
});

describe("Akinon: the order", () => {
  test("that is not paid waits for its payment there", async (context) => {
    const fixture = await startAkinon(context);
    const unpaid = await fixture.send(outgoingSample({ financialState: "pending" }));
    deepEqual([unpaid.order["status"], unpaid.order_item[0]?.["status"]], ["300", "300"]);
    const paid = await fixture.send(outgoingSample({ financialState: "paid" }, "SHO1-2"));
    deepEqual([paid.order["status"], paid.order_item[0]?.["status"]], ["400", "400"]);
  });

  test("to be paid on delivery has its own payment option", async (context) => {
    const fixture = await startAkinon(context, {
      settings: { paymentOption: 1, cashOnDelivery: { paymentOption: 2, paymentOptionSlug: "pay_on_delivery" } },
    });
    const cash = await fixture.send(outgoingSample({ amountDue: "69.47", financialState: "pending" }));
    deepEqual([cash.order["payment_option"], cash.order["payment_option_slug"]], [2, "pay_on_delivery"]);
    equal(Object(cash.order["extra_field"]).cash_on_delivery, true);
    const card = await fixture.send(outgoingSample({}, "SHO1-2"));
    deepEqual([card.order["payment_option"], card.order["payment_option_slug"]], [1, undefined]);
  });

  test("has its notes cut with a mark, and no shipping option that is no slug", async (context) => {
    const fixture = await startAkinon(context);
    const { order } = await fixture.send(
      outgoingSample({ note: "n".repeat(400), giftMessage: "g".repeat(200), shipping: { code: "Ücretsiz Kargo!" } }),
    );
    const cut = (field: string) => [String(order[field]).length, String(order[field]).at(-1)];
    deepEqual(
      [cut("notes"), cut("gift_box_note")],
      [
        [320, "…"],
        [160, "…"],
      ],
    );
    equal(order["shipping_option_slug"], undefined);
  });

  test("of ten thousand units is rejected, unless an item is a line", async (context) => {
    const { client } = await startAkinon(context);
    await rejects(client.prepare(oneLine({ quantity: 10_000 })), (error: unknown) => {
      ok(error instanceof Rejected);
      match(error.reason, /10000 units.*set items of that destination to "per-line"/);
      return true;
    });
    const fixture = await startAkinon(context, { settings: { items: "per-line" }, switches: { itemQuantity: "kept" } });
    equal((await fixture.send(oneLine({ quantity: 10_000 }))).order_item[0]?.["quantity"], 10_000);
  });

  test("keeps every property that the buyer saw: two of one name, and one whose name objects have", async (context) => {
    const fixture = await startAkinon(context);
    const properties = [
      { name: "Line", value: "A" },
      { name: "Line", value: "B" },
      { name: "constructor", value: "x" },
      { name: "_internal", value: "secret" },
      { name: "__proto__", value: "hidden" },
    ];
    const { order_item } = await fixture.send(oneLine({ properties }));
    deepEqual(order_item[0]?.["attributes"], { Line: "A", "Line (2)": "B", constructor: "x" });
    const hidden = [{ name: "_ga", value: "x" }];
    const { order } = await fixture.send({ ...oneLine({}, { attributes: hidden }), reference: "SHO1-2" });
    equal(Object(order["extra_field"]).attributes, undefined);
  });
});

describe("Akinon: check before create, and look-up", () => {
  test("a number that is there already is not sent again", async (context) => {
    const fixture = await startAkinon(context);
    await fixture.send(outgoingSample());
    equal((await attempt(fixture, outgoingSample())).outcome, "already-exists");
    equal(fixture.count("POST create_orders"), 1);
  });

  test("a look-up that is down before the create leaves nothing in doubt", async (context) => {
    const fixture = await startAkinon(context);
    fixture.sandbox.setFault("akinon", "lookup-down");
    equal((await attempt(fixture, outgoingSample())).outcome, "down");
    equal(fixture.count("POST create_orders"), 0);
  });

  test("a list that ignores the number and has no end creates nothing", async (context) => {
    const fixture = await startAkinon(context);
    const body = '{"count":9999,"next":"https://evil.example/","results":[{"pk":1,"number":"X"}]}';
    fixture.proxy.strike(({ target }) => target.includes("/orders/?"), { status: 200, body }, { times: 100 });
    equal((await attempt(fixture, outgoingSample())).outcome, "failed");
    equal(fixture.count("POST create_orders"), 0);
  });

  test("a created order whose key the answer lacks is known by its number", async (context) => {
    const fixture = await startAkinon(context, { switches: { createdKey: false } });
    const outgoing = outgoingSample();
    const prepared = await fixture.client.prepare(outgoing);
    let looks = 0;
    fixture.proxy.strike(({ target }) => target.includes("/orders/?") && ++looks === 2, { status: 503 });
    const created = await fixture.client.create(prepared, outgoing);
    deepEqual(created.providerOrderIds, [outgoing.reference]);
    ok(created.notes);
  });

  test("an order sent with one item a line, to a server with one item a unit, is reported as different", async (context) => {
    const fixture = await startAkinon(context, {
      settings: { items: "per-line" },
      switches: { itemQuantity: "counted-as-one" },
    });
    const { sent } = await attempt(fixture, outgoingSample());
    const found = await fixture.client.find(sent, outgoingSample());
    equal(found.found, "different");
  });

  test("an order whose items are all cancelled is cancelled, one with some left is what was sent", async (context) => {
    const fixture = await startAkinon(context);
    const { sent, ids } = await attempt(fixture, outgoingSample());
    const listed = async (items: object[]) => {
      const body = JSON.stringify({ count: items.length, next: null, results: items });
      fixture.proxy.strike(({ target }) => target.includes("/order_items/"), { status: 200, body });
      return (await fixture.client.find(sent, outgoingSample())).found;
    };
    const [tee, mug] = sent.lines.map(({ product }) => Number(product));
    const items = [{ product: tee }, { product: tee }, { product: { pk: mug } }];
    equal(await listed(items.map((item) => ({ ...item, status: "canceled" }))), "cancelled");
    equal(await listed(items.map((item, index) => ({ ...item, status: index === 0 ? 100 : 400 }))), "same");
    equal(await listed([...items, { product: mug, order: 4711 }]), "same");
    equal(await listed([...items, { product: mug, order: Number(ids[0]) }]), "different");
  });

  test("an order whose items are not listed yet proves nothing", async (context) => {
    const fixture = await startAkinon(context);
    const { sent } = await attempt(fixture, outgoingSample());
    const body = JSON.stringify({ count: 0, next: null, results: [] });
    fixture.proxy.strike(({ target }) => target.includes("/order_items/"), { status: 200, body });
    deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
  });

  test("a cancelled order beside a live one of the same number does not hide it", async (context) => {
    const fixture = await startAkinon(context, { switches: { duplicates: "accept" } });
    const { sent, ids } = await attempt(fixture, outgoingSample());
    fixture.sandbox.cancel("akinon", ids[0] ?? "");
    const again = fixture.sandbox.plant("akinon", fixture.sandbox.orders("akinon")[0]?.request);
    deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "same", providerOrderIds: [again] });
  });

  test("two live orders of one number are reported", async (context) => {
    const fixture = await startAkinon(context, { switches: { duplicates: "accept" } });
    const { sent, ids } = await attempt(fixture, outgoingSample());
    const again = fixture.sandbox.plant("akinon", fixture.sandbox.orders("akinon")[0]?.request);
    deepEqual(await fixture.client.find(sent, outgoingSample()), {
      found: "same",
      providerOrderIds: [...ids, again],
      notes: [`Omnitron holds 2 live orders of that number: ${ids[0]}, ${again}.`],
    });
  });

  test("a throttled create is not there, or in doubt where that is set", async (context) => {
    for (const [throttledCreate, outcome] of [
      ["not-created", "throttled"],
      ["in-doubt", "in-doubt"],
    ] as const) {
      const fixture = await startAkinon(context, { settings: { throttledCreate } });
      fixture.sandbox.setFault("akinon", "throttle");
      equal((await attempt(fixture, outgoingSample())).outcome, outcome);
      deepEqual(fixture.counted, ["throttled"]);
    }
  });

  test("words that are no regular expression, or fit everything, are refused at configuration", () => {
    const takes = (duplicateText: string) => akinon.settings.safeParse({ duplicateText }).success;
    deepEqual(["(", "[a", "", "a|", "kullanılıyor"].map(takes), [false, false, false, false, true]);
  });

  test("words that mean a taken number can be set", async (context) => {
    const body = '{"detail":"Sipariş numarası kullanılıyor"}';
    for (const [settings, outcome] of [
      [{}, "rejected"],
      [{ duplicateText: "kullanılıyor" }, "already-exists"],
    ] as const) {
      const fixture = await startAkinon(context, { settings });
      fixture.proxy.strike(({ target }) => target.endsWith("/create_orders/"), { status: 406, body });
      equal((await attempt(fixture, outgoingSample())).outcome, outcome);
    }
  });
});

describe("Akinon: what else an order may say", () => {
  test("a complaint beside a success is recorded", async (context) => {
    const { client } = await startAkinon(context, { switches: { complaints: true } });
    const outgoing = outgoingSample();
    const { complaint, providerOrderIds } = await client.create(await client.prepare(outgoing), outgoing);
    deepEqual(
      [complaint, providerOrderIds.length],
      ['["The buyer could not be informed: the phone number is not a mobile one."]', 1],
    );
  });

  test("a gift message has a box to lie in, and no gift without one either has none", async (context) => {
    const fixture = await startAkinon(context);
    const boxed = async (changes: object, reference: string) =>
      (await fixture.send(outgoingSample(changes, reference))).order["has_gift_box"];
    equal(await boxed({ gift: undefined, giftMessage: "Hi" }, "SHO1-1"), true);
    equal(await boxed({ gift: false, giftMessage: " " }, "SHO1-2"), false);
    equal(await boxed({ gift: true, giftMessage: undefined }, "SHO1-3"), true);
  });

  test("an IP address or a language that is none is left out, and the order is created", async (context) => {
    const fixture = await startAkinon(context);
    const sent = async (buyer: object, reference: string) => {
      const { order } = await fixture.send(outgoingSample({ buyer: { ...orderSample.buyer, ...buyer } }, reference));
      return [order["remote_addr"], order["language_code"]];
    };
    deepEqual(await sent({ ip: "unknown", language: "de-DE-x-very-long-tag" }, "SHO1-1"), [undefined, undefined]);
    deepEqual(await sent({ ip: "203.0.113.9, 10.0.0.1", language: "Deutsch!" }, "SHO1-2"), [undefined, undefined]);
    deepEqual(await sent({ ip: "2001:db8::1", language: "pt_BR" }, "SHO1-3"), ["2001:db8::1", "pt-br"]);
  });

  test("a discount that only the order has counts, whole and divided", async (context) => {
    const fixture = await startAkinon(context);
    const lines = [
      { id: "1", sku: "DEMO-MUG", quantity: 1, unitPrice: "30.00", discount: "0.00" },
      { id: "2", sku: "DEMO-CUP", quantity: 1, unitPrice: "10.00", discount: "0.00" },
    ];
    const amounts = { subtotal: undefined, tax: undefined, total: undefined, shipping: undefined, discount: "10.00" };
    const whole = outgoingSample({ ...amounts, lines });
    const { order } = await fixture.send(whole);
    deepEqual([order["discount_amount"], order["amount"]], [10, 30]);
    const part = { ...whole, lines: whole.lines.slice(0, 1), reference: "SHO1-2" };
    const divided = await fixture.send(part);
    deepEqual([divided.order["discount_amount"], divided.order["amount"]], [7.5, 22.5]);
  });

  test("cash on delivery is what is owed: all of it, or the order is refused before anything is made", async (context) => {
    const fixture = await startAkinon(context, { settings: { cashOnDelivery: { paymentOption: 2 } } });
    const cash = (changes: object, reference: string) =>
      fixture.send({
        ...oneLine({}, { shipping: undefined, total: "7.50", ...changes }),
        reference: `SHO1-${reference}`,
      });
    const paid = await cash({ amountDue: "7.50", financialState: "paid" }, "1");
    deepEqual(
      [paid.order["payment_option"], Object(paid.order["extra_field"]).cash_on_delivery],
      [undefined, undefined],
    );
    const before = fixture.calls().length;
    await rejects(
      cash({ amountDue: "5.00", financialState: "partially-paid" }, "2"),
      /^Rejected: On delivery 5\.00 of 7\.50 EUR is due, and akinon\/demo can only collect all of an order/,
    );
    deepEqual(
      fixture
        .calls()
        .slice(before)
        .filter((call) => call.startsWith("POST")),
      [],
    );
  });
});

describe("Akinon: a look-up that does not see the number", () => {
  const { reference } = outgoingSample();

  for (const [shape, row] of [
    ["without it", { pk: 8001 }],
    ["under another name", { pk: 8001, order_number: reference }],
    ["in an object", { order: { pk: 8001, number: reference } }],
    ["in small letters", { pk: 8001, number: reference.toLowerCase() }],
    ["null", { pk: 8001, number: null }],
    ["of an order that it found by ours", { pk: 8001, number: "4711" }],
  ] as const) {
    test(`${shape} proves nothing, and nothing is created beside it`, async (context) => {
      const fixture = await startAkinon(context);
      const prepared = await fixture.client.prepare(outgoingSample());
      const sent = { reference, lines: prepared.lines, firstSentAt: 0, lastSentAt: 0 };
      const body = JSON.stringify({ count: 1, next: null, results: [row] });
      const isOurs = ({ target }: { target: string }) => target.includes(`/orders/?number=${reference}&`);
      fixture.proxy.strike(isOurs, { status: 200, body }, { times: 2 });
      deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
      await rejects(
        fixture.client.create(prepared, outgoingSample()),
        /Misconfigured: Omnitron lists an order that may be/,
      );
      deepEqual(fixture.sandbox.orders("akinon"), []);
    });
  }

  test("of any order, on a server whose list has no numbers, creates nothing either", async (context) => {
    const fixture = await startAkinon(context, { switches: { orderRows: "brief" } });
    equal((await attempt(fixture, outgoingSample())).outcome, "created");
    equal((await attempt(fixture, outgoingSample())).outcome, "failed");
    equal(fixture.sandbox.orders("akinon").length, 1);
  });

  test("reads other orders' numbers where the server ignores its filter: then absence is proved", async (context) => {
    const fixture = await startAkinon(context, { switches: { numberFilter: false } });
    equal((await attempt(fixture, outgoingSample({}, "SHO1-7"))).outcome, "created");
    equal((await attempt(fixture, outgoingSample())).outcome, "created");
  });

  test("proves nothing where the list has fewer rows than it counts", async (context) => {
    const fixture = await startAkinon(context);
    const { sent } = await attempt(fixture, outgoingSample({}, "SHO1-7"));
    for (const results of ["null", "[]"]) {
      const body = `{"count":1,"next":null,"results":${results}}`;
      fixture.proxy.strike(({ target }) => target.includes("/orders/?"), { status: 200, body });
      deepEqual(await fixture.client.find({ ...sent, reference }, outgoingSample()), {
        found: "nothing",
        conclusive: false,
      });
    }
    const body = '{"count":"0","next":null,"results":null}';
    fixture.proxy.strike(({ target }) => target.includes("/orders/?"), { status: 200, body });
    deepEqual(await fixture.client.find({ ...sent, reference }, outgoingSample()), {
      found: "nothing",
      conclusive: true,
    });
  });

  test("and items that cannot be read are not taken for other items", async (context) => {
    const fixture = await startAkinon(context);
    const { sent } = await attempt(fixture, outgoingSample());
    for (const item of [
      { sku: "x" },
      { product: { name: "x" } },
      { product: 5, quantity: {} },
      { product: 5, quantity: "two" },
    ]) {
      const body = JSON.stringify({ count: 1, next: null, results: [item] });
      fixture.proxy.strike(({ target }) => target.includes("/order_items/"), { status: 200, body });
      deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
    }
  });
});

lookUpMutations(akinon, {
  secret,
  lookUp: /^GET \/api\/v1\/channel\/5\/(orders|order_items)\/$/,
  identifying: ["number"],
  // A list without pages has no count.
  saysNothing: (path, change) =>
    (path === "answer" && change === "an empty list") || (/^answer\.(0|\*)$/.test(path) && change === "absent"),
  ways: [
    { name: "as it is set up" },
    ...(THOROUGH
      ? [
          { name: "lists without pages", switches: { lists: "plain" } },
          { name: "no filter by number", switches: { numberFilter: false } },
          { name: "items with a quantity", switches: { itemQuantity: "kept" }, settings: { items: "per-line" } },
        ]
      : []),
  ],
});
