import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { describe, test } from "node:test";
import { call } from "../../support/sandbox-client.ts";
import { openShoplazza } from "./shoplazza-calls.ts";

type Json = Record<string, unknown>;
const errorsOf = (answer: { json: unknown }) => (answer.json as { errors?: string[] }).errors;

describe("Shoplazza: credentials and throttle", () => {
  test("a call without the access token is refused", async () => {
    await using shop = await openShoplazza();
    const path = "2022-01/orders";
    for (const headers of [{}, { "access-token": "guess" }, { authorization: "Bearer spz-demo-token" }] as Record<
      string,
      string
    >[]) {
      const { status, json } = await shop.get(path, headers);
      deepEqual([status, json], [401, { error: "Unauthorized" }]);
    }
    equal((await shop.get(path, { "Access-Token": "spz-demo-token" })).status, 200);
  });

  test("the app's bucket holds 40 calls, and leaks two a second", async () => {
    await using shop = await openShoplazza();
    const spend = async () => {
      let taken = 0;
      while ((await shop.get("2022-01/shop")).status === 200) taken += 1;
      return taken;
    };
    equal(await spend(), 39, "one was spent on the product");
    shop.clock.now += 1_000;
    equal(await spend(), 2);
    equal((await shop.create()).status, 429);
    deepEqual(shop.sandbox.orders("shoplazza"), []);
  });

  test("the store's bucket of 80 at 20 a second is shared by all apps", async () => {
    await using shop = await openShoplazza({ appBucketSize: 1_000, appLeakPerSecond: 1_000 });
    let taken = 1;
    while ((await shop.get("2022-01/shop")).status === 200) taken += 1;
    equal(taken, 80);
  });

  test("every answer has a request ID", async () => {
    await using shop = await openShoplazza();
    match((await shop.create()).headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/);
  });
});

describe("Shoplazza: create", () => {
  test("an order is answered with the answer's own field names, at the shop's prices", async () => {
    await using shop = await openShoplazza();
    const { status, json } = await shop.create();
    const { order } = json as { order: Json };
    equal(status, 200);
    deepEqual(
      [order["id"], order["number"], order["status"], order["financial_status"]],
      ["11218-00000001", "00000001", "placed", "paid"],
    );
    // 2 × 19.99 − 10.00 + 10.00, tax included.
    deepEqual([order["currency"], order["sub_total"], order["total_price"]], ["USD", "39.98", "39.98"]);
    deepEqual([order["total_tax"], order["total_discount"], order["total_shipping"]], ["9.99", "10.00", "10.00"]);
    equal(order["tags"], "ext:SHO1-1001,vip");
    const address = order["shipping_address"] as Json;
    deepEqual([address["address1"], address["address2"]], ["1 Rue des Carrieres", "Suite 1234"]);
    equal(typeof order["payment_line"], "object");
    for (const gone of ["currency_code", "tax_total", "order_status"]) equal(gone in order, false, gone);
    const [held] = shop.sandbox.orders("shoplazza");
    deepEqual([held?.id, held?.reference], ["11218-00000001", "SHO1-1001"]);
    deepEqual(held?.request, shop.order());
  });

  test("wrapped: the same in {code,data}", async () => {
    await using shop = await openShoplazza();
    shop.sandbox.configure("shoplazza", { wrapped: true });
    const { code, data } = (await shop.create()).json as { code: string; data: { order: Json } };
    deepEqual([code, data.order["id"]], ["Success", "11218-00000001"]);
  });

  test("the items' name is a switch: the other name is ignored, where unknown names are", async () => {
    await using shop = await openShoplazza({ unknownFields: "ignored" });
    const { line_items, ...rest } = shop.order();
    deepEqual(errorsOf(await shop.create({ ...rest, LineItems: line_items })), ["LineItems is required"]);
    shop.sandbox.configure("shoplazza", { lineItems: "LineItems" });
    equal((await shop.create({ ...rest, LineItems: line_items })).status, 200);
    equal((await shop.create()).status, 422);
  });

  for (const [required, enforced, free] of [
    ["both", [], ["created_at", "updated_at", "order_status", "financial_status", "discount", "shipping_line"]],
    ["document", ["created_at", "updated_at", "order_status", "financial_status"], ["discount", "shipping_line"]],
    [
      "specification",
      ["discount", "shipping_line"],
      ["created_at", "updated_at", "order_status", "financial_status", "note", "tags"],
    ],
  ] as const) {
    test(`required by ${required}: ${enforced.join(", ") || "nothing that only one column has"}`, async () => {
      await using shop = await openShoplazza({ required });
      for (const field of [...enforced, "tax_total", "currency_code"]) {
        const { status, json } = await shop.create(shop.order({ [field]: undefined }));
        equal(status, 422, field);
        match(JSON.stringify(json), /^\{"errors":\["[A-Z]\w+ is required"\]\}$/);
      }
      for (const field of free) equal((await shop.create(shop.order({ [field]: undefined }))).status, 200, field);
    });
  }

  test("the province is required by the specification only; the rest of the address by both", async () => {
    await using shop = await openShoplazza({ required: "specification" });
    const { shipping_address: address } = shop.order();
    const without = (field: string) => shop.create(shop.order({ shipping_address: { ...address, [field]: "" } }));
    deepEqual(errorsOf(await without("province")), ["Province is required"]);
    shop.sandbox.configure("shoplazza", { required: "document" });
    equal((await without("province")).status, 200);
    for (const field of ["last_name", "email", "country", "country_code", "province_code", "city", "address"]) {
      equal((await without(field)).status, 422, field);
    }
    for (const field of ["first_name", "phone", "zip", "address1"]) equal((await without(field)).status, 200, field);
    deepEqual(errorsOf(await shop.create(shop.order({ shipping_address: null }))), ["ShippingAddress is nil"]);
  });

  test("what a real shop would refuse is refused: unknown names, status words, codes, names, e-mail addresses", async () => {
    await using shop = await openShoplazza();
    const { shipping_address: address, line_items: items } = shop.order();
    const to = (changes: object) => ({ shipping_address: { ...address, ...changes } });
    for (const changes of [
      { notes: "x" },
      { payment_lines: "COD" },
      { line_items: [{ ...items[0], sku: "x" }] },
      to({ province_cod: "NM" }),
      { shipping_line: { name: "Free", shipping_price: "0.00", price: "0" } },
      { order_status: "foo" },
      { financial_status: "PAID" },
      { currency_code: "eur" },
      { currency_code: "EURO" },
      { currency_code: "ZZZ" },
      to({ country_code: "DEU" }),
      to({ country_code: "us" }),
      to({ country_code: "ZZ" }),
      to({ country: "Germany" }),
      to({ country_code: "DE" }),
      to({ email: "nowhere" }),
      { created_at: "2026-02-31T10:00:00Z" },
      { updated_at: "2026-13-01T10:00:00Z" },
      { updated_at: "2026-02-01T25:61:00Z" },
    ]) {
      const { status } = await shop.create(shop.order(changes));
      ok([400, 422].includes(status), `${JSON.stringify(changes)} ${status}`);
    }
    deepEqual(shop.sandbox.orders("shoplazza"), []);
    shop.sandbox.configure("shoplazza", { unknownFields: "ignored", values: "unchecked", statusWords: "any" });
    for (const changes of [{ notes: "x" }, { order_status: "foo" }, to({ country_code: "ZZ" }), to({ email: "x" })]) {
      equal((await shop.create(shop.order(changes))).status, 200);
    }
  });

  test("a version that is retired has no path, and a later one wants its own body", async () => {
    await using shop = await openShoplazza();
    shop.sandbox.configure("shoplazza", { retired: "2022-01", required: "specification" });
    equal((await shop.create()).status, 404);
    const {
      shipping_line,
      created_at: _,
      updated_at: __,
      order_status: ___,
      financial_status: ____,
      ...rest
    } = shop.order();
    const { name: shipping_name, shipping_price } = shipping_line;
    const post = (body: object) =>
      call(`${shop.sandbox.url}/shoplazza/openapi/2026-01/orders`, {
        headers: { "access-token": "spz-demo-token" },
        body,
      });
    equal((await post({ ...rest, shipping_line })).status, 400);
    equal((await post({ order: { ...rest, shipping_line } })).status, 400);
    deepEqual(shop.sandbox.orders("shoplazza"), []);
    const order = { ...rest, shipping_line: { shipping_name, shipping_price } };
    const { status, text } = await post({ order });
    deepEqual([status, shop.sandbox.orders("shoplazza")[0]?.request], [200, { order }], text);
  });

  test("a body of another content type is not read", async () => {
    await using shop = await openShoplazza();
    const { status } = await call(`${shop.sandbox.url}/shoplazza/openapi/2022-01/orders`, {
      headers: { "access-token": "spz-demo-token", "content-type": "text/plain" },
      body: shop.order(),
    });
    deepEqual([status, shop.sandbox.orders("shoplazza")], [415, []]);
  });

  test("empty lists are null, and rows brief, where so switched", async () => {
    await using shop = await openShoplazza({ emptyLists: "null", listRows: "brief" });
    const listed = async () => (await shop.get("2022-01/orders?limit=10")).json;
    deepEqual(await listed(), { orders: null });
    await shop.create();
    const { orders } = (await listed()) as { orders: object[] };
    deepEqual([orders.length, "tags" in Object(orders[0]), "note" in Object(orders[0])], [1, false, false]);
  });

  test("money is decimal text, quantities are whole numbers", async () => {
    await using shop = await openShoplazza();
    const [item] = shop.order().line_items;
    for (const changes of [
      { tax_total: 9.99 },
      { tax_total: "9,99" },
      { discount: -1 },
      { line_items: [{ ...item, quantity: "2" }] },
      { line_items: [{ ...item, quantity: 1.5 }] },
      { line_items: {} },
      { tags: "a,b" },
      { created_at: "2016-01-18" },
      { shipping_line: "free" },
    ]) {
      equal((await shop.create(shop.order(changes))).status, 400, JSON.stringify(changes));
    }
    equal((await shop.create("{")).status, 400);
    equal((await shop.create([])).status, 400);
    equal((await shop.create(shop.order({ line_items: [] }))).status, 422);
    deepEqual(shop.sandbox.orders("shoplazza"), []);
  });

  test("variant and product must be the shop's, and belong together", async () => {
    await using shop = await openShoplazza();
    const [item] = shop.order().line_items;
    const [mug] = await shop.variants("DEMO-MUG");
    for (const changes of [{ variant_id: "unknown" }, { product_id: mug?.["product_id"] }]) {
      const answer = await shop.create(shop.order({ line_items: [{ ...item, ...changes }] }));
      deepEqual(errorsOf(answer), ["Failed to create order line items", "record_not_found"]);
    }
  });

  test("a discount is an amount or per cent, never above the sum of the lines", async () => {
    await using shop = await openShoplazza();
    equal((await shop.created(shop.order({ discount: "10%" })))["total_discount"], "4.00");
    equal((await shop.create(shop.order({ discount: "39.98" }))).status, 200);
    match(errorsOf(await shop.create(shop.order({ discount: "39.99" })))?.[0] ?? "", /calculate_failed/);
  });

  test("tax is added if prices do not include it", async () => {
    await using shop = await openShoplazza({ taxIncluded: false, unitPrice: "10.00" });
    equal((await shop.created())["total_price"], "29.99");
  });

  test("statuses are used, or dropped: then the order waits for its payment", async () => {
    await using shop = await openShoplazza();
    shop.sandbox.configure("shoplazza", { statuses: "dropped" });
    const { status, financial_status } = await shop.created();
    deepEqual([status, financial_status], ["opened", "waiting"]);
  });

  test("status words: of the specification, or of the document", async () => {
    await using shop = await openShoplazza({ statusWords: "specification" });
    const unpaid = shop.order({ order_status: "pending", financial_status: "unpaid" });
    equal((await shop.create(unpaid)).status, 422);
    equal((await shop.create()).status, 200);
    shop.sandbox.configure("shoplazza", { statusWords: "document" });
    equal((await shop.create(unpaid)).status, 200);
    equal((await shop.create()).status, 422);
  });

  test("created_at of the request is dropped, or the order's own", async () => {
    await using shop = await openShoplazza();
    equal((await shop.created())["created_at"], "2026-09-01T12:00:00Z");
    shop.sandbox.configure("shoplazza", { createdAt: "as-sent" });
    equal((await shop.created())["created_at"], "2016-01-18T23:41:00Z");
  });

  test("tags are kept, lower-cased, or dropped; the note is always kept", async () => {
    await using shop = await openShoplazza();
    for (const [tags, shown] of [
      ["kept", "ext:SHO1-1001,vip"],
      ["lower-case", "ext:sho1-1001,vip"],
      ["dropped", ""],
    ] as const) {
      shop.sandbox.configure("shoplazza", { tags });
      const order = await shop.created();
      deepEqual([order.tags, order["note"]], [shown, "ext:SHO1-1001\nring twice"]);
    }
    shop.sandbox.configure("shoplazza", { answerShowsMarks: false });
    equal("tags" in (await shop.created()), false);
  });

  test("cash on delivery works if the merchant has enabled it", async () => {
    await using shop = await openShoplazza();
    const method = async () =>
      ((await shop.created(shop.order({ payment_line: "COD" })))["payment_line"] as Json)["payment_method"];
    equal(await method(), "COD");
    shop.sandbox.configure("shoplazza", { cashOnDelivery: false });
    equal(await method(), "default");
  });

  test("a shop with a currency of its own refuses others", async () => {
    await using shop = await openShoplazza({ currency: "EUR" });
    equal((await shop.create()).status, 422);
  });
});

describe("Shoplazza: products", () => {
  test("DEMO- SKUs have a variant, the same in every run; others have none", async () => {
    await using shop = await openShoplazza();
    await using other = await openShoplazza();
    const [variant] = await shop.variants("DEMO-MUG");
    deepEqual(variant, (await other.variants("DEMO-MUG"))[0]);
    deepEqual([variant?.["sku"], variant?.["price"]], ["DEMO-MUG", "19.99"]);
    notEqual(variant?.["id"], (await shop.variants("DEMO-TEE"))[0]?.["id"]);
    deepEqual(await shop.variants("NOBODYS"), []);
    shop.sandbox.configure("shoplazza", { unknownSku: "404" });
    const { status, json } = await shop.get("2022-01/products/sku/NOBODYS/variants");
    deepEqual([status, json], [404, { errors: ["Unable to find resource"] }]);
  });

  test("a search finds the SKU alone, SKUs like it, or the SKU twice", async () => {
    await using shop = await openShoplazza();
    const skus = async () => (await shop.variants("DEMO-A%2FB")).map(({ sku }) => sku);
    deepEqual(await skus(), ["DEMO-A/B"]);
    shop.sandbox.configure("shoplazza", { skuSearch: "loose" });
    deepEqual(await skus(), ["DEMO-A/B-BUNDLE", "demo-a/b", "DEMO-A/B"]);
    shop.sandbox.configure("shoplazza", { skuSearch: "twins" });
    deepEqual(await skus(), ["DEMO-A/B", "DEMO-A/B"]);
  });

  test("a variant is read by its ID", async () => {
    await using shop = await openShoplazza();
    const [variant] = await shop.variants("DEMO-MUG");
    deepEqual((await shop.get(`2022-01/variants/${variant?.["id"]}`)).json, { variant });
    equal((await shop.get("2022-01/variants/none")).status, 404);
  });
});

describe("Shoplazza: look-up", () => {
  test("2022-01 lists a window of creation, paged, newest first, to the second", async () => {
    await using shop = await openShoplazza();
    const ids: string[] = [];
    for (let n = 0; n < 5; n += 1) {
      ids.unshift((await shop.created()).id);
      shop.clock.now += 60_000;
    }
    const listed = async (query: string) => (await shop.list(query)).map(({ id }) => id);
    deepEqual(await listed(""), ids);
    const page = async (page: number) =>
      ((await shop.get(`2022-01/orders?limit=2&page=${page}`)).json as { orders: Json[] }).orders.map(({ id }) => id);
    deepEqual([await page(1), await page(3), await page(4)], [ids.slice(0, 2), ids.slice(4), []]);
    deepEqual(await listed("created_at_min=2026-09-01T12:01:00Z&created_at_max=2026-09-01T12:02:00Z"), ids.slice(2, 4));
    deepEqual(await listed(`ids=${ids[0]},${ids[4]}`), [ids[0], ids[4]]);
    equal((await shop.get("2022-01/orders?created_at_min=yesterday")).status, 400);
    const { count } = (await shop.get("2022-01/orders/count?created_at_min=2026-09-01T12:01:00Z")).json as Json;
    equal(count, 4);
    shop.sandbox.configure("shoplazza", { sort: "oldest" });
    deepEqual(await listed(""), ids.toReversed());
  });

  test("a shop may cap a page, or ignore which page it was asked for", async () => {
    await using shop = await openShoplazza({ listLimit: 2 });
    for (let n = 0; n < 3; n += 1) await shop.create();
    equal((await shop.list("")).length, 2);
    shop.sandbox.configure("shoplazza", { paging: "ignored" });
    deepEqual(await shop.list("page=2"), await shop.list("page=1"));
  });

  test("2022-01 has no tag filter, 2026-01 finds exactly that tag, by cursor", async () => {
    await using shop = await openShoplazza();
    await shop.create(shop.order({ tags: ["ext:A-10"] }));
    const first = await shop.created(shop.order({ tags: ["ext:A-1", "x"] }));
    shop.clock.now += 1_000;
    const second = await shop.created(shop.order({ tags: ["ext:A-1"] }));
    equal((await shop.list("order_tags=ext:A-1")).length, 3);
    const page = await shop.listByTag("order_tags=ext:A-1&page_size=1");
    deepEqual([page.orders[0]?.id, page.orders.length, page.has_more], [second.id, 1, true]);
    const next = await shop.listByTag(`order_tags=ext:A-1&page_size=1&cursor=${page.cursor}`);
    deepEqual([next.orders[0]?.id, next.has_more], [first.id, false]);
    equal((await shop.get("2026-01/orders?page_size=251")).status, 400);
    shop.sandbox.configure("shoplazza", { tagFilter: "ignored" });
    equal((await shop.listByTag("order_tags=ext:A-1")).orders.length, 3);
  });

  test("lists lag; queries by ID and number do not", async () => {
    await using shop = await openShoplazza({ indexLagMs: 60_000 });
    const { id, number } = await shop.created();
    deepEqual([await shop.list(), (await shop.listByTag()).orders], [[], []]);
    equal((await shop.get(`2022-01/orders/${id}`)).status, 200);
    equal((await shop.get(`2022-01/orders/number/${number}`)).status, 200);
    shop.clock.now += 60_000;
    deepEqual([(await shop.list()).length, (await shop.listByTag()).orders.length], [1, 1]);
    deepEqual((await shop.get("2022-01/orders/none")).json, { errors: ["Unable to find resource"] });
  });
});

describe("Shoplazza: payment and cancellation", () => {
  test("payment/success marks it paid, once", async () => {
    await using shop = await openShoplazza({ statuses: "dropped" });
    const { id } = await shop.created();
    const { json } = await shop.post(`2022-01/orders/${id}/payment/success`, {});
    const { order } = json as { order: Json };
    deepEqual(
      [order["financial_status"], order["status"], order["placed_at"]],
      ["paid", "placed", "2026-09-01T12:00:00Z"],
    );
    equal((await shop.post(`2022-01/orders/${id}/payment/success`)).status, 422);
    equal((await shop.post("2022-01/orders/none/payment/success")).status, 404);
  });

  test("a cancelled order stays in the list", async () => {
    await using shop = await openShoplazza();
    const { id } = await shop.created();
    equal((await shop.post(`2022-01/orders/${id}/cancel`, { reason: "out of stock" })).status, 200);
    const [row] = await shop.list();
    deepEqual(
      [row?.["status"], row?.["cancel_reason"], row?.["canceled_at"]],
      ["cancelled", "out of stock", "2026-09-01T12:00:00Z"],
    );
    equal(shop.sandbox.orders("shoplazza")[0]?.cancelled, true);
    throws(() => shop.sandbox.cancel("shoplazza", "none"), RangeError);
  });

  test("another sender's order is planted in the past", async () => {
    await using shop = await openShoplazza();
    const id = shop.sandbox.plant(
      "shoplazza",
      shop.order({ tags: ["theirs"], note: "theirs" }),
      shop.clock.now - 60_000,
    );
    const [held] = shop.sandbox.orders("shoplazza");
    deepEqual([held?.id, held?.reference, held?.createdAt], [id, "", "2026-09-01T11:59:00.000Z"]);
    throws(() => shop.sandbox.plant("shoplazza", {}), RangeError);
  });
});

describe("Shoplazza: faults", () => {
  for (const [fault, status, says] of [
    ["422-6-batch-option", 422, /^order_id 11218-00000001 CreateOrderBatchOption failed$/],
    ["422-7-detail", 422, /^Get Order Detail failed$/],
    ["422-8-inventory", 422, /^DecreaseInventory failed$/],
    ["422-unknown", 422, /./],
    ["406", 406, /^Create order failed$/],
    ["500-aborted", 500, /^Aborted$/],
    ["500-not-found", 500, /code = NotFound/],
    ["500-deadline-exceeded", 500, /^DeadlineExceeded$/],
  ] as const) {
    test(`${fault} is answered for an order that exists, and for one that does not`, async () => {
      await using shop = await openShoplazza();
      shop.sandbox.setFault("shoplazza", `${fault}-created`);
      const created = await shop.create();
      match(errorsOf(created)?.[0] ?? "", says);
      deepEqual([created.status, shop.sandbox.orders("shoplazza").length], [status, 1]);
      shop.sandbox.setFault("shoplazza", `${fault}-not-created`);
      equal((await shop.create()).status, status);
      equal(shop.sandbox.orders("shoplazza").length, 1);
    });
  }

  test("reasons 1 to 5 and other refusals create nothing", async () => {
    await using shop = await openShoplazza();
    const faults = shop.sandbox.faults("shoplazza").filter((fault) => /^(422-[1-5r]|500-u|400|403|store)/.test(fault));
    ok(faults.length >= 12, faults.join());
    for (const fault of faults) {
      shop.sandbox.setFault("shoplazza", fault);
      ok((await shop.create()).status >= 400, fault);
    }
    deepEqual(shop.sandbox.orders("shoplazza"), []);
  });

  test("old-cancelled-2xx answers with an order that was cancelled a year ago", async () => {
    await using shop = await openShoplazza();
    shop.sandbox.setFault("shoplazza", "old-cancelled-2xx");
    const order = await shop.created();
    deepEqual([order["status"], order["created_at"]], ["cancelled", "2025-09-01T12:00:00Z"]);
  });
});
