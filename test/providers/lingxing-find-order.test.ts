import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { lingxing } from "../../functions/providers/lingxing/index.ts";
import type { Found } from "../../functions/providers/provider.ts";
import { Misconfigured, Unavailable } from "../../shared/errors.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { THOROUGH } from "../support/thorough.ts";
import { lookUpMutations } from "./look-up-mutations.ts";
import { attempt, outcomeOf, type ProviderContext, type Setup, startProviderContext } from "./provider-context.ts";

const PATH = "/lingxing/order/amzod/api/orderDetails/productInformation";
const reference = outgoingSample().reference;
const sent = {
  reference,
  lines: [
    { id: "1", sku: "A", product: "DEMO-TEE-M", quantity: 2 },
    { id: "2", sku: "B", product: "DEMO-MUG", quantity: 1 },
    // A second line of the same product: only sums are compared.
    { id: "3", sku: "A", product: "DEMO-TEE-M", quantity: 1 },
  ],
  firstSentAt: 0,
  lastSentAt: 0,
};
const setup: Setup = {
  secret: {
    appId: "ak_0123456789abc",
    appSecret: "lx+demo/secret%2B==&more",
    tokenKey: "bG9jYWwtZGVtby10b2tlbi1rZXktMzItYnl0ZXMhISE=",
  },
  settings: { store: { name: "demo-US", country: "US" } },
};
const start = (context: TestContext, { settings, ...changes }: Partial<Setup> = {}): Promise<ProviderContext> =>
  startProviderContext(context, lingxing, { ...setup, settings: { ...setup.settings, ...settings }, ...changes });

const row = (items: [msku: string, quantity: unknown, cancelled?: number][], changes: object = {}) => ({
  sid: 101,
  store_name: "demo-US",
  amazon_order_id: "S01-1-1",
  seller_fulfillment_order_id: reference,
  order_status: "Processing",
  listing_detail_info: items.map(([msku, quantity, cancelled_quantity = 0]) => ({
    msku,
    quantity,
    cancelled_quantity,
  })),
  ...changes,
});
const whole: [string, unknown][] = [
  ["DEMO-MUG", 1],
  ["DEMO-TEE-M", 3],
];

/** What is made of a look-up's `data`. */
async function found(context: TestContext, data: unknown, setup: Partial<Setup> = {}): Promise<Found> {
  const fixture = await start(context, setup);
  const body = JSON.stringify({ code: 0, message: "操作成功", error_details: [], data });
  fixture.proxy.strike(({ target }) => target.startsWith(PATH), { status: 200, body });
  return fixture.client.find(sent, outgoingSample());
}

describe("Lingxing: the look-up by order number", () => {
  test("asks for our store's order of exactly this number", async (context) => {
    const fixture = await start(context);
    await fixture.client.find(sent, outgoingSample());
    const asked = fixture.proxy.passed.filter(({ target }) => target.startsWith(PATH));
    deepEqual(
      asked.map(({ body }) => JSON.parse(body)),
      [{ order_info: [{ sid: 101, seller_fulfillment_order_id: reference }] }],
    );
  });

  for (const [what, data] of [
    ["no ID of the store", { sid: null }],
    ["another store", { sid: 107 }],
    ["no number", { seller_fulfillment_order_id: undefined }],
    ["our number in small letters", { seller_fulfillment_order_id: reference.toLowerCase() }],
    ["another number", { seller_fulfillment_order_id: `${reference}-g2` }],
    ["a number in an object", { seller_fulfillment_order_id: { id: reference } }],
    ["a number under another name", { seller_fulfillment_order_id: undefined, order_id: reference }],
  ] as const) {
    test(`a row with ${what} answers our question: it proves nothing`, async (context) => {
      deepEqual(await found(context, [row(whole, data)]), { found: "nothing", conclusive: false });
    });
  }

  for (const [what, data] of [
    ["the store's ID as text", { sid: "101" }],
    ["spaces around the number", { seller_fulfillment_order_id: ` ${reference} ` }],
  ] as const) {
    test(`${what}: the same all the same`, async (context) => {
      equal((await found(context, [row(whole, data)])).found, "same");
    });
  }

  for (const quantity of [null, "", "three", -1, 1.5]) {
    test(`a quantity of ${JSON.stringify(quantity)} cannot be read, and is no difference`, async (context) => {
      await rejects(
        found(context, [
          row([
            ["DEMO-MUG", 1],
            ["DEMO-TEE-M", quantity],
          ]),
        ]),
        Unavailable,
      );
    });
  }

  test("an order in two rows is compared as a whole", async (context) => {
    const [mug, tee] = whole.map((line) => row([line]));
    equal((await found(context, [mug, tee])).found, "same");
    equal((await found(context, [mug])).found, "different");
    equal((await found(context, [mug, { ...tee, order_status: "Cancelled" }])).found, "different");
  });

  for (const [what, data] of [
    ["no rows", []],
    ["null", null],
  ] as const) {
    test(`${what}: nothing there`, async (context) => {
      deepEqual(await found(context, data), { found: "nothing", conclusive: true });
    });
  }

  const same: [string, ReturnType<typeof row>][] = [
    ["the same lines, in another order", row(whole)],
    ["a product split into two rows", row([["DEMO-TEE-M", 1], ...whole.slice(0, 1), ["DEMO-TEE-M", 2]] as never)],
    [
      "quantities as text",
      row([
        ["DEMO-MUG", "1"],
        ["DEMO-TEE-M", "3"],
      ]),
    ],
    [
      "a part cancelled, quantities kept",
      row([
        ["DEMO-MUG", 1, 1],
        ["DEMO-TEE-M", 3],
      ]),
    ],
    [
      "a part cancelled, quantities what is left",
      row([
        ["DEMO-MUG", 1],
        ["DEMO-TEE-M", 2, 1],
      ]),
    ],
    ["shipped", row(whole, { order_status: "Complete" })],
    ["no number of Amazon's yet", row(whole, { amazon_order_id: "" })],
    ["no status", row(whole, { order_status: null })],
  ];
  for (const [what, data] of same) {
    test(`${what}: the same`, async (context) => {
      const said = await found(context, [data]);
      equal(said.found, "same");
      if (said.found === "same") deepEqual(said.providerOrderIds, [reference]);
    });
  }

  test("Amazon's number, a part cancelled and a status that will not ship stand in the notes", async (context) => {
    const said = await found(context, [
      row(
        [
          ["DEMO-MUG", 1, 1],
          ["DEMO-TEE-M", 3],
        ],
        { order_status: "UNFULFILLABLE" },
      ),
    ]);
    deepEqual(said.found === "same" && said.notes, [
      "Amazon's order number is S01-1-1.",
      "A part of it was cancelled at Lingxing.",
      "Its status at Lingxing is UNFULFILLABLE.",
    ]);
  });

  for (const [what, data] of [
    [
      "one piece less",
      row([
        ["DEMO-MUG", 1],
        ["DEMO-TEE-M", 2],
      ]),
    ],
    [
      "one piece more",
      row([
        ["DEMO-MUG", 2],
        ["DEMO-TEE-M", 3],
      ]),
    ],
    [
      "another product",
      row([
        ["DEMO-MUG", 1],
        ["DEMO-TEE-L", 3],
      ]),
    ],
    ["one product more", row([...whole, ["DEMO-CAP", 1]] as never)],
    ["one product less", row([["DEMO-TEE-M", 3]])],
  ] as const) {
    test(`${what}: another order of our number`, async (context) => {
      const said = await found(context, [data]);
      equal(said.found, "different");
      if (said.found === "different") match(said.reason, /other products/);
    });
  }

  for (const [what, data] of [
    ["Cancelled", row(whole, { order_status: "Cancelled" })],
    [
      "CANCELLED without quantities",
      row(
        [
          ["DEMO-MUG", 0, 1],
          ["DEMO-TEE-M", 0, 3],
        ],
        { order_status: "CANCELLED" },
      ),
    ],
    ["Canceled, as Americans write", row(whole, { order_status: "canceled" })],
    [
      "all of it cancelled, whatever the status",
      row([
        ["DEMO-MUG", 1, 1],
        ["DEMO-TEE-M", 3, 3],
      ]),
    ],
  ] as const) {
    test(`${what}: cancelled`, async (context) => equal((await found(context, [data])).found, "cancelled"));
  }

  for (const listing_detail_info of [[], null]) {
    test(`an order whose products are ${JSON.stringify(listing_detail_info)} proves nothing`, async (context) => {
      deepEqual(await found(context, [row([], { listing_detail_info })]), { found: "nothing", conclusive: false });
    });
  }

  test("an error that says so means nothing is there, any other one nothing at all", async (context) => {
    const fixture = await start(context, { switches: { unknownOrder: "error" } });
    deepEqual(await fixture.client.find(sent, outgoingSample()), { found: "nothing", conclusive: true });
    const strict = await start(context, { switches: { unknownOrder: "error" }, settings: { notFoundTexts: [] } });
    await rejects(strict.client.find(sent, outgoingSample()), Misconfigured);
  });
});

describe("Lingxing: order numbers that are taken", () => {
  const foreign = { store_name: "demo-DE", country: "德国" };

  test("a second create of a number is refused by Lingxing, and the look-up finds the first", async (context) => {
    const fixture = await start(context);
    equal((await attempt(fixture, outgoingSample())).outcome, "created");
    const again = await attempt(fixture, outgoingSample());
    equal(again.outcome, "already-exists");
    equal((await fixture.client.find(again.sent, outgoingSample())).found, "same");
    equal(fixture.sandbox.orders("lingxing").length, 1);
  });

  for (const uniqueness of ["store", "company"] as const) {
    test(`unique in the ${uniqueness}: another store's order of our number`, async (context) => {
      const fixture = await start(context, { switches: { uniqueness }, settings: { uniqueness } });
      await attempt(fixture, outgoingSample({}, "SHO9-1"));
      const [made] = fixture.sandbox.orders("lingxing");
      fixture.sandbox.plant("lingxing", { ...Object(made?.request), ...foreign, order_id: reference });
      const { outcome, sent: ours } = await attempt(fixture, outgoingSample());
      const said = await fixture.client.find(ours, outgoingSample());
      if (uniqueness === "store") deepEqual([outcome, said.found], ["created", "same"]);
      else {
        deepEqual([outcome, said.found], ["already-exists", "different"]);
        if (said.found === "different") match(said.reason, /another store, demo-DE/);
      }
    });
  }

  test("a store that was suspended since is still looked up in", async (context) => {
    const fixture = await start(context, { settings: { store: { name: "demo-unpaid", country: "US" } } });
    equal((await fixture.client.find(sent, outgoingSample())).found, "nothing");
  });

  test("duplicates in other words are known once the setting has them", async (context) => {
    const fixture = await start(context, { settings: { duplicateTexts: ["订单号已经存在", "order number exists"] } });
    const body = JSON.stringify({
      code: 500,
      message: "失败",
      error_details: ["The order number exists."],
      data: null,
    });
    fixture.proxy.strike(({ target }) => target.includes("createOrder"), { status: 200, body });
    equal((await attempt(fixture, outgoingSample())).outcome, "already-exists");
  });

  const refusedWith = async (context: TestContext, error_details: unknown, settings: Record<string, unknown>) => {
    const fixture = await start(context, { settings });
    const body = JSON.stringify({ code: 500, message: "失败", error_details, data: null });
    fixture.proxy.strike(({ target }) => target.includes("createOrder"), { status: 200, body });
    return (await attempt(fixture, outgoingSample())).outcome;
  };

  test("which texts mean what is the destination's setting", async (context) => {
    equal(await refusedWith(context, ["库存同步中"], { doubtfulTexts: ["同步中"] }), "in-doubt");
    equal(await refusedWith(context, ["库存同步中"], { busyTexts: ["同步中"] }), "down");
    equal(await refusedWith(context, ["调用亚马逊接口超时"], { doubtfulTexts: [] }), "rejected");
    const careful = { otherFailures: "in-doubt", rejectedTexts: ["库存不足"] };
    equal(await refusedWith(context, ["MSKU 库存不足"], careful), "rejected");
    equal(await refusedWith(context, ["MSKU 错误"], careful), "in-doubt");
  });

  for (const [meaning, expected] of [
    ["throttled", "throttled"],
    ["failed", "failed"],
    ["rejected", "rejected"],
    ["retried", "down"],
    ["in-doubt", "in-doubt"],
  ] as const) {
    test(`a code that no document has is ${meaning} where so set`, async (context) => {
      const fixture = await start(context, { settings: { codes: { 9001: meaning } } });
      const body = JSON.stringify({ code: "9001", msg: "something new", data: null });
      fixture.proxy.strike(({ target }) => target.includes("createOrder"), { status: 200, body });
      equal((await attempt(fixture, outgoingSample())).outcome, expected);
    });
  }

  test("what Lingxing complains of although it took the order is handed on", async (context) => {
    const fixture = await start(context);
    const body = JSON.stringify({ code: 0, message: "操作成功", error_details: ["收件人电话格式不正确"], data: [] });
    fixture.proxy.strike(({ target }) => target.includes("createOrder"), { status: 200, body });
    const outgoing = outgoingSample();
    const created = await fixture.client.create(await fixture.client.prepare(outgoing), outgoing);
    deepEqual(created, { providerOrderIds: [reference], complaint: "Lingxing 0: 收件人电话格式不正确" });
  });

  for (const [otherFailures, expected] of [
    ["rejected", "rejected"],
    ["in-doubt", "in-doubt"],
  ] as const) {
    test(`other failures are ${expected} where so set`, async (context) => {
      const fixture = await start(context, { settings: { otherFailures } });
      fixture.sandbox.setFault("lingxing", "reject");
      equal((await attempt(fixture, outgoingSample())).outcome, expected);
    });
  }
});

describe("Lingxing: what a look-up proves", () => {
  test("rows that do not say which order they are leave it in doubt", async (context) => {
    const fixture = await start(context);
    const { sent: ours } = await attempt(fixture, outgoingSample());
    fixture.sandbox.configure("lingxing", { rows: "unnamed" });
    deepEqual(await fixture.client.find(ours, outgoingSample()), { found: "nothing", conclusive: false });
  });

  lookUpMutations(lingxing, {
    ...setup,
    lookUp: /^(POST \/order\/amzod\/api\/orderDetails\/productInformation|GET \/erp\/sc\/data\/seller\/lists)$/,
    identifying: ["sid", "seller_fulfillment_order_id"],
    ways: [
      { name: "asked of our store" },
      { name: "asked of the company", settings: { uniqueness: "company" }, switches: { uniqueness: "company" } },
      // Seconds.
      ...(THOROUGH
        ? [
            { name: "stores listed before each", settings: { storeMaxAge: "1s" } },
            { name: "unknown orders as null", switches: { emptyLists: "null" } },
            { name: "unknown orders as an error", switches: { unknownOrder: "error" } },
            { name: "brief rows", switches: { rows: "brief" } },
          ]
        : []),
    ],
    // The document's own answer for an order that is not there.
    saysNothing: (path, change) =>
      (path === "answer.data" && ["null", "an empty list"].includes(change)) ||
      (path.split(" and ").some((one) => /^answer\.data\.(0|\*)$/.test(one)) && change === "absent"),
  });

  for (const change of [{ sid: null }, { sid: 0 }, { sid: "" }, { name: "DEMO-US" }, { name: null }, { country: {} }]) {
    test(`our store listed with ${JSON.stringify(change)} proves nothing`, async (context) => {
      const fixture = await start(context);
      const data = [{ sid: 101, name: "demo-US", country: "美国", status: 1, ...change }];
      const body = JSON.stringify({ code: 0, message: "操作成功", error_details: [], data });
      fixture.proxy.strike(({ target }) => target.startsWith("/lingxing/erp/sc/data/seller/lists"), {
        status: 200,
        body,
      });
      const outcome = await fixture.client.find(sent, outgoingSample()).catch(outcomeOf);
      equal(["down", "failed"].includes(String(outcome)), true, JSON.stringify(outcome));
    });
  }

  test("a store of the company that cannot be read makes a miss inconclusive, and no other", async (context) => {
    const miss = async (uniqueness: "store" | "company") => {
      const fixture = await start(context, { settings: { uniqueness } });
      const data = [
        { sid: 101, name: "demo-US", country: "美国", status: 1 },
        { name: "demo-DE", country: "德国" },
      ];
      const body = JSON.stringify({ code: 0, message: "操作成功", error_details: [], data });
      fixture.proxy.strike(({ target }) => target.startsWith("/lingxing/erp/sc/data/seller/lists"), {
        status: 200,
        body,
      });
      return fixture.client.find(sent, outgoingSample());
    };
    deepEqual(await miss("store"), { found: "nothing", conclusive: true });
    deepEqual(await miss("company"), { found: "nothing", conclusive: false });
  });
});
