import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { openApi } from "../../functions/providers/shoplazza/api.ts";
import { findOrder, namedOrder } from "../../functions/providers/shoplazza/find-order.ts";
import { shoplazza } from "../../functions/providers/shoplazza/index.ts";
import { Secret, Settings } from "../../functions/providers/shoplazza/settings.ts";
import { carries } from "../../functions/providers/shoplazza/shop-order.ts";
import { variantOf } from "../../local/simulators/providers/shoplazza/products.ts";
import { Misconfigured, Unavailable } from "../../shared/errors.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { THOROUGH } from "../support/thorough.ts";
import { lookUpMutations } from "./look-up-mutations.ts";
import { openClient } from "./shoplazza-client.ts";

const MINUTE = 60_000;
const NOTHING = { found: "nothing", conclusive: true };

for (const lookUp of ["2026-01", "2022-01"] as const) {
  describe(`look-up on ${lookUp}`, () => {
    const settings = { lookUp };

    test("finds an order whose answer was lost", async () => {
      await using shop = await openClient({ settings, timeout: 300 });
      const { find } = await shop.failed("timeout-after-create");
      const found = await find();
      deepEqual([found.found, "providerOrderIds" in found && found.providerOrderIds], ["same", ["11218-00000001"]]);
    });

    test("says that nothing is there, conclusively", async () => {
      await using shop = await openClient({ settings, timeout: 300 });
      const { find } = await shop.failed("timeout-before-create");
      deepEqual(await find(), NOTHING);
    });

    test("finds late what the index shows late", async () => {
      await using shop = await openClient({ settings, simulator: { indexLagMs: MINUTE } });
      const { find } = await shop.failed("406-created");
      deepEqual(await find(), NOTHING);
      shop.clock.now += MINUTE;
      equal((await find()).found, "same");
    });

    test("takes no other order for ours: another reference, a longer one, our mark in a buyer's words", async () => {
      await using shop = await openClient({ settings });
      await shop.create(outgoingSample({}, "SHO1-10"));
      await shop.create(outgoingSample({ note: "please see ext:SHO1-1", tags: ["ext:SHO1-1"] }, "SHO1-11"));
      const outgoing = outgoingSample({}, "SHO1-1");
      deepEqual(await shop.client.find(await shop.sent(outgoing), outgoing), NOTHING);
    });

    test("an order of our reference with other lines is different", async () => {
      await using shop = await openClient({ settings });
      const outgoing = outgoingSample();
      const sent = await shop.sent(outgoing);
      await shop.create(outgoingSample({ lines: orderSample.lines.slice(1) }));
      const found = await shop.client.find(sent, outgoing);
      ok(found.found === "different");
      match(found.reason, /11218-00000001 with 0 of .* instead of 2/);
    });

    test("lines are compared by their sums: split ones are the same", async () => {
      await using shop = await openClient({ settings });
      const outgoing = outgoingSample();
      const sent = await shop.sent(outgoing);
      const [tee, mug] = orderSample.lines;
      ok(tee && mug);
      const split = [
        { ...tee, id: "1", quantity: 1, quantityToShip: 1 },
        { ...tee, id: "2", quantity: 1, quantityToShip: 1 },
      ];
      await shop.create(outgoingSample({ lines: [...split, mug] }));
      equal((await shop.client.find(sent, outgoing)).found, "same");
    });

    test("a cancelled order is no success, a living one beside it is", async () => {
      await using shop = await openClient({ settings });
      await shop.create();
      shop.sandbox.cancel("shoplazza", "11218-00000001");
      const sent = await shop.sent();
      const found = await shop.client.find(sent, outgoingSample());
      deepEqual(
        [found.found, "providerOrderIds" in found && found.providerOrderIds],
        ["cancelled", ["11218-00000001"]],
      );
      await shop.create();
      const again = await shop.client.find(sent, outgoingSample());
      deepEqual([again.found, "providerOrderIds" in again && again.providerOrderIds], ["same", ["11218-00000002"]]);
    });

    test("two living orders of our reference are both named", async () => {
      await using shop = await openClient({ settings });
      await shop.create();
      await shop.create();
      const found = await shop.client.find(await shop.sent(), outgoingSample());
      ok(found.found === "same");
      equal(found.providerOrderIds.length, 2);
      match(found.notes?.[0] ?? "", /2 live orders/);
    });

    test("an order that was found and is unpaid there has its step to do", async () => {
      await using shop = await openClient({
        settings: { ...settings, markPaid: true },
        simulator: { statuses: "dropped" },
      });
      const { find } = await shop.failed("500-aborted-created");
      const found = await find();
      ok(found.found === "same");
      equal(found.followUp, "mark-paid");
    });

    test("turns all pages, however many orders came in between", async () => {
      await using shop = await openClient({ settings: { ...settings, pageSize: 2 } });
      await shop.create();
      for (let n = 0; n < 5; n += 1) await shop.create(outgoingSample({}, `SHO1-${n}`));
      equal((await shop.client.find(await shop.sent(), outgoingSample())).found, "same");
    });

    test("a failing look-up proves nothing", async () => {
      await using shop = await openClient({ settings, timeout: 300 });
      const { find } = await shop.failed("406-created");
      for (const fault of ["lookup-down", "lookup-timeout", "lookup-unreadable"]) {
        shop.sandbox.setFault("shoplazza", fault);
        await rejects(find(), Unavailable, fault);
      }
      shop.configure({ token: "another" });
      await rejects(find(), Misconfigured);
    });
  });
}

describe("the window of 2022-01", () => {
  const settings = { lookUp: "2022-01" };

  test("reaches from 15 minutes before the first send, and an hour after the last", async () => {
    await using shop = await openClient({ settings });
    const sent = await shop.sent();
    for (const [minutes, found] of [
      [-16, "nothing"],
      [-14, "same"],
      [59, "same"],
      [61, "nothing"],
    ] as const) {
      shop.sandbox.reset("shoplazza");
      const at = sent.firstSentAt + minutes * MINUTE;
      // An order of long ago: its time of placing is no second window that would find it.
      const outgoing = outgoingSample({ placedAt: "2026-01-01T00:00:00.000Z" });
      const prepared = await shop.client.prepare(outgoing);
      shop.sandbox.plant("shoplazza", prepared.request, at);
      shop.clock.now = Math.max(at, sent.firstSentAt) + MINUTE;
      equal((await shop.client.find(sent, outgoing)).found, found, `${minutes} minutes`);
      shop.clock.now = sent.firstSentAt;
    }
  });

  test("a shop that takes our created_at for the order's own is searched there too", async () => {
    await using shop = await openClient({ settings, simulator: { createdAt: "as-sent" } });
    const outgoing = outgoingSample({ placedAt: "2026-01-01T08:00:00.000Z" });
    const { find } = await shop.failed("406-created", outgoing);
    equal((await find()).found, "same");
    equal(shop.calls("GET", /\/2022-01\/orders$/).length, 3, "an empty window, and one with an order and its end");
  });

  test("a shop that caps its pages is read to the end all the same", async () => {
    await using shop = await openClient({ settings, simulator: { listLimit: 2 } });
    await shop.create();
    for (let n = 0; n < 4; n += 1) await shop.create(outgoingSample({}, `SHO1-${n}`));
    equal((await shop.client.find(await shop.sent(), outgoingSample())).found, "same");
  });

  test("a shop that does not turn pages proves nothing", async () => {
    await using shop = await openClient({ settings, simulator: { paging: "ignored" } });
    await shop.create(outgoingSample({}, "SHO1-10"));
    deepEqual(await shop.client.find(await shop.sent(), outgoingSample()), { found: "nothing", conclusive: false });
  });

  test("the bound of pages proves nothing beyond it, and a cancelled one before it neither", async () => {
    await using shop = await openClient({ settings: { ...settings, pageSize: 1, maxPages: 2 } });
    for (let n = 0; n < 2; n += 1) await shop.create(outgoingSample({}, `SHO1-${n}`));
    const sent = await shop.sent();
    deepEqual(await shop.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
    shop.clock.now += 1_000;
    const { providerOrderIds } = await shop.create();
    shop.sandbox.cancel("shoplazza", providerOrderIds[0] ?? "");
    deepEqual(await shop.client.find(sent, outgoingSample()), { found: "nothing", conclusive: false });
  });
});

describe("the tag of 2026-01", () => {
  test("is one call for an order of any age", async () => {
    await using shop = await openClient({ simulator: { createdAt: "as-sent" } });
    const { find } = await shop.failed("406-created", outgoingSample({ placedAt: "2025-01-01T00:00:00.000Z" }));
    equal((await find()).found, "same");
    const [call, ...others] = shop.calls("GET", /\/orders$/);
    deepEqual([call?.path, others.length], ["/openapi/2026-01/orders", 0]);
    match(call?.query ?? "", /order_tags=ext%3ASHO1-820982911946154508/);
  });

  for (const tags of ["lower-case", "dropped"] as const) {
    test(`a shop whose tags are ${tags} still has our mark in the note, which the window shows`, async () => {
      await using shop = await openClient({ simulator: { tags } });
      const { find } = await shop.failed("422-7-detail-created");
      equal((await find()).found, "same");
      await using trusting = await openClient({ settings: { tagMiss: "conclusive" }, simulator: { tags } });
      const missed = await trusting.failed("422-7-detail-created");
      deepEqual(await missed.find(), NOTHING, "what the setting says");
    });
  }

  test("a shop that ignores the filter is searched by window instead", async () => {
    await using shop = await openClient({ settings: { tagMiss: "conclusive" }, simulator: { tagFilter: "ignored" } });
    await shop.create(outgoingSample({}, "SHO1-10"));
    const outgoing = outgoingSample();
    deepEqual(await shop.client.find(await shop.sent(outgoing), outgoing), NOTHING);
    equal(shop.calls("GET", /\/2022-01\/orders$/).length > 0, true);
    await shop.create(outgoing);
    equal((await shop.client.find(await shop.sent(outgoing), outgoing)).found, "same");
  });
});

describe("the order that 422 reason 6 names", () => {
  test("is read by its ID, before any list shows it, even if its tags and note were what failed", async () => {
    await using shop = await openClient({ simulator: { indexLagMs: MINUTE, tags: "dropped" } });
    const { find } = await shop.failed("422-6-batch-option-created");
    equal((await find()).found, "same");
    equal(shop.calls("GET", /\/orders$/).length, 0);
  });

  test("is not there: the lists are asked", async () => {
    await using shop = await openClient();
    const { find } = await shop.failed("422-6-batch-option-not-created");
    deepEqual(await find(), NOTHING);
  });
});

test("an order of our reference without lines yet proves nothing", async () => {
  await using shop = await openClient();
  const sent = await shop.sent();
  const settings = Settings.parse({});
  const secret = Secret.parse({ baseUrl: `${shop.sandbox.url}/shoplazza`, token: "spz-demo-token" });
  const account = { destination: "shoplazza/demo", settings, secret, missing: {} };
  for (const line_items of [undefined, null, []]) {
    const row = { id: "1", tags: `ext:${sent.reference}`, line_items };
    const place = {
      ...openApi(account, shop.tools),
      page: async () => ({ orders: [row], has_more: false as unknown }),
    };
    const found = await findOrder(sent, outgoingSample(), { api: place, settings, tools: shop.tools });
    deepEqual(found, { found: "nothing", conclusive: false });
  }
});

describe("whose an order is", () => {
  for (const [order, is] of [
    [{ tags: "a, ext:A-1 ,b" }, true],
    [{ tags: ["ext:A-1"] }, true],
    [{ tags: "ext:A-10" }, false],
    [{ tags: "EXT:A-1" }, false],
    [{ tags: null, note: "ext:A-1" }, true],
    [{ note: "ext:A-1\nring twice" }, true],
    [{ note: "ring twice ext:A-1" }, false],
    [{ note: "ext:A-10" }, false],
    [{ note: 7, tags: {} }, false],
  ] as const) {
    test(`${JSON.stringify(order)}: ${is ? "ours" : "not ours"}`, () => equal(carries(order, "ext:A-1"), is));
  }
});

describe("rows that do not show whose they are", () => {
  const settings = { lookUp: "2022-01" };
  const UNKNOWN = { found: "nothing", conclusive: false };

  /** The shop as it is, with these rows in place of its lists. */
  async function withRows(rows: object[] | null, details: Record<string, object> = {}, switches = {}) {
    const shop = await openClient({ settings, simulator: switches });
    const sent = await shop.sent();
    const secret = Secret.parse({ baseUrl: `${shop.sandbox.url}/shoplazza`, token: "spz-demo-token" });
    const account = { destination: "shoplazza/demo", settings: Settings.parse(settings), secret, missing: {} };
    const asked: string[] = [];
    const api = {
      ...openApi(account, shop.tools),
      page: async (_version: string, { page }: Record<string, string>) => ({
        orders: page === "1" ? rows : [],
        has_more: false as unknown,
      }),
      orderAsIs: async (id: string) => {
        asked.push(id);
        const order = details[id];
        return order && { ...order };
      },
    };
    const found = await findOrder(sent, outgoingSample(), { api, settings: account.settings, tools: shop.tools });
    await shop[Symbol.asyncDispose]();
    return { found, asked };
  }
  const ours = `ext:${outgoingSample().reference}`;
  const lines = [
    { variant_id: variantOf("DEMO-TEE-M").id, quantity: 2 },
    { variant_id: variantOf("DEMO-MUG").id, quantity: 1 },
  ];

  const otherLines = { line_items: [{ variant_id: "v", quantity: 1 }] };
  const janes = { zip: "10115", email: "jane@example.invalid" };

  for (const [shape, row] of [
    ["neither tags nor note", { id: "1", line_items: lines }],
    ["null for both", { id: "1", tags: null, note: null, line_items: lines }],
    ["empty ones, and what we sent", { id: "1", tags: "", note: "", line_items: lines }],
    ["our mark in other case", { id: "1", tags: ours.toUpperCase(), note: "" }],
    ["our mark under another name", { id: "1", tags: "", note: "", order_tags: ours }],
    ["an order within", { order: { id: "1", tags: ours } }],
    ["no ID", { tags: undefined }],
    ["other lines for our address", { id: "1", tags: "", note: "", ...otherLines }],
    ["a postcode of its own alone", { id: "1", tags: "", note: "", line_items: lines, shipping_address: { zip: "1" } }],
  ] as const) {
    test(`${shape}: prove nothing`, async () => {
      deepEqual((await withRows([row])).found, UNKNOWN);
    });
  }

  for (const [shape, row] of [
    ["another mark", { id: "1", tags: "ext:SHO9-7", note: "" }],
    ["other tags", { id: "1", tags: "vip", note: null }],
    ["other lines for another place", { id: "1", ...otherLines, shipping_address: { zip: "10115" } }],
    ["another buyer elsewhere", { id: "1", tags: "", note: "", line_items: lines, shipping_address: janes }],
    ["another mark, and our number in a buyer's words", { id: "1", tags: "ext:SHO9-7", note: `ext:SHO9-7 as ${ours}` }],
  ] as const) {
    test(`${shape}: another's order`, async () => {
      deepEqual((await withRows([row])).found, NOTHING);
    });
  }

  test("are read singly: the order itself shows more", async () => {
    const brief = { id: "1", line_items: lines };
    const mine = await withRows([brief], { "1": { ...brief, tags: ours, note: "" } });
    deepEqual([mine.found.found, mine.asked], ["same", ["1"]]);
    const others = await withRows([brief], { "1": { ...brief, tags: "ext:SHO9-7", note: "" } });
    deepEqual([others.found, others.asked], [NOTHING, ["1"]]);
  });

  test("are read singly up to a number, and then prove nothing", async () => {
    const rows = Array.from({ length: 21 }, (_, n) => ({ id: String(n) }));
    const details = Object.fromEntries(rows.map(({ id }) => [id, { id, tags: "vip", note: "" }]));
    const { found, asked } = await withRows(rows, details);
    deepEqual([found, asked.length], [UNKNOWN, 20]);
  });

  test("null is an empty list where the shop counts no order, and proves nothing where it counts one", async () => {
    deepEqual((await withRows(null)).found, NOTHING);
    await using shop = await openClient({ settings, simulator: { emptyLists: "null" } });
    const prepared = await shop.sent();
    deepEqual(await shop.client.find(prepared, outgoingSample()), NOTHING);
    await shop.create();
    equal((await shop.client.find(prepared, outgoingSample())).found, "same");
  });

  test("an order that the shop finds by our tag is ours, even if it shows another: unless the shop does not filter", async () => {
    await using shop = await openClient();
    const sent = await shop.sent();
    const secret = Secret.parse({ baseUrl: `${shop.sandbox.url}/shoplazza`, token: "spz-demo-token" });
    const account = { destination: "shoplazza/demo", settings: Settings.parse({}), secret, missing: {} };
    const row = { id: "1", tags: "vip", note: "", line_items: lines };
    for (const [filters, found] of [
      [true, UNKNOWN],
      [false, NOTHING],
    ] as const) {
      const page = async (_version: string, { order_tags, page = "1" }: Record<string, string>) => ({
        orders: page === "1" && (!filters || order_tags !== "ext:order-relay-no-such-order") ? [row] : [],
        has_more: false as unknown,
      });
      const api = { ...openApi(account, shop.tools), page };
      deepEqual(await findOrder(sent, outgoingSample(), { api, settings: account.settings, tools: shop.tools }), found);
    }
  });

  test("an order that an error named by mistake is not ours", async () => {
    await using shop = await openClient();
    const { error, find } = await shop.failed("422-6-batch-option-not-created");
    ok(error);
    await shop.tools.cache.put(namedOrder(outgoingSample().reference), "11218-00000001", 1000);
    const { lines: sample } = orderSample;
    await shop.create(outgoingSample({ lines: sample.slice(1), note: "please" }, "SHO9-7"));
    deepEqual(await find(), NOTHING);
  });
});

lookUpMutations(shoplazza, {
  secret: { token: "spz-demo-token" },
  lookUp: /^GET \/openapi\/20\d\d-01\/orders(\/|$)/,
  identifying: ["tags", "note"],
  // Lists have no count.
  saysNothing: (paths, change) =>
    paths
      .split(" and ")
      .some(
        (path) =>
          /^answer(\.data)?\.orders(\.[^.]+)?$/.test(path) && change === (/s$/.test(path) ? "an empty list" : "absent"),
      ),
  ways: [
    { name: "as it is set up" },
    { name: "by window", settings: { lookUp: "2022-01" } },
    ...(THOROUGH
      ? [
          { name: "without tags", switches: { tags: "dropped" } },
          { name: "rows without tags and note", switches: { listRows: "brief" }, settings: { lookUp: "2022-01" } },
          { name: "a miss by tag is believed", settings: { tagMiss: "conclusive" } },
        ]
      : []),
  ],
});
