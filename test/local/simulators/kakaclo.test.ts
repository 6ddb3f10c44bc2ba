import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import { describe, test } from "node:test";
import sample from "./fixtures/kakaclo-create-sample.json" with { type: "json" };
import { kakacloOrder, openKakaclo } from "./kakaclo-calls.ts";

const address = sample.orderAddresses;
const orders = "openapi/v2/order/orders";

describe("KakaClo: create", () => {
  test("the document's sample is accepted and answered as the document shows", async () => {
    await using kakaclo = await openKakaclo();
    const { status, text } = await kakaclo.create();
    equal(status, 200);
    equal(text, '{"code":10000,"message":"success","data":1000000371651}');
    deepEqual(kakaclo.sandbox.orders("kakaclo"), [
      { id: "1000000371651", reference: "KA10001", request: kakacloOrder(), createdAt: "2026-09-01T12:00:00.000Z" },
    ]);
  });

  for (const [data, expected] of [
    ["string", '"1000000371651"'],
    ["object", '{"kkOrderId":"1000000371651"}'],
    ["array", "[1000000371651]"],
  ] as const) {
    test(`its number can be given as ${data}`, async () => {
      await using kakaclo = await openKakaclo({ data });
      equal((await kakaclo.create()).text, `{"code":10000,"message":"success","data":${expected}}`);
    });
  }

  test("a number beyond 2^53 keeps all its digits", async () => {
    await using kakaclo = await openKakaclo({ firstOrderId: "90071992547409931" });
    match((await kakaclo.create()).text, /"data":90071992547409931\}/);
  });

  test("a call without the token gets a 401 without a body", async () => {
    await using kakaclo = await openKakaclo();
    for (const authorization of ["", "Bearer wrong", "kk-demo-token"]) {
      const { status, text } = await kakaclo.create(kakacloOrder(), { authorization });
      deepEqual([status, text], [401, ""]);
    }
    deepEqual(kakaclo.sandbox.orders("kakaclo"), []);
  });

  const refused: [string, Record<string, unknown>][] = [
    ["no address", { orderAddresses: undefined }],
    ["no items list", { orderItemsList: undefined }],
    ["an empty items list", { orderItemsList: [] }],
    ["no channel type", { channelType: undefined }],
    ["an unknown channel type", { channelType: "Fast" }],
    ["an unknown SKU", { orderItemsList: [{ sku: "AMB01682_W_M_AU", quantity: 1 }] }],
    ["no SKU", { orderItemsList: [{ quantity: 1 }] }],
    ["a SKU of 65 characters", { orderItemsList: [{ sku: `DEMO-${"x".repeat(60)}`, quantity: 1 }] }],
    ["quantity 0", { orderItemsList: [{ sku: "DEMO-TEE", quantity: 0 }] }],
    ["a negative quantity", { orderItemsList: [{ sku: "DEMO-TEE", quantity: -1 }] }],
    [
      "a channel type of 17 letters on an item",
      { orderItemsList: [{ sku: "DEMO-TEE", quantity: 1, channelType: "StandardStandards" }] },
    ],
    ["a country that ISO 3166 does not have", { orderAddresses: { ...address, country: "XX" } }],
    ["a misspelt customOrderId", { customOrderID: "KA1" }],
    ["a misspelt ioss", { orderAddresses: { ...address, IOSS: "IM1" } }],
    ["a misspelt field of an item", { orderItemsList: [{ sku: "DEMO-TEE", quantity: 1, channeltype: "Express" }] }],
    ["a sale platform that is not in the list", { salePlatform: "Shopfy" }],
    ["a sale platform in small letters", { salePlatform: "shopify" }],
    ["a country in words", { orderAddresses: { ...address, country: "France" } }],
    ...["country", "phone", "recipient", "province"].flatMap((field): [string, Record<string, unknown>][] => [
      [`no ${field}`, { orderAddresses: { ...address, [field]: undefined } }],
      [`an empty ${field}`, { orderAddresses: { ...address, [field]: "" } }],
    ]),
    ...(
      [
        ["phone", 64],
        ["street1", 64],
        ["street2", 64],
        ["city", 64],
        ["recipient", 32],
        ["province", 32],
        ["zip", 32],
        ["ioss", 32],
        ["vat", 32],
      ] as const
    ).map(([field, length]): [string, Record<string, unknown>] => [
      `${field} longer than ${length}`,
      { orderAddresses: { ...address, [field]: "ü".repeat(length + 1) } },
    ]),
  ];
  for (const [what, changes] of refused) {
    test(`${what} is a business error under HTTP 200`, async () => {
      await using kakaclo = await openKakaclo();
      const { status, json } = await kakaclo.create(kakacloOrder(changes));
      const { code, data } = json as { code: number; data: unknown };
      equal(status, 200);
      notEqual(code, 10000);
      equal(data, null);
      deepEqual(kakaclo.sandbox.orders("kakaclo"), []);
    });
  }

  test("texts of the document's maximum length, in Unicode characters, are accepted", async () => {
    await using kakaclo = await openKakaclo();
    const full = Object.fromEntries(
      Object.entries({
        phone: 64,
        street1: 64,
        street2: 64,
        city: 64,
        recipient: 32,
        province: 32,
        zip: 32,
        ioss: 32,
        vat: 32,
      }).map(([field, length]) => [field, "🙂".repeat(length)]),
    );
    const { json } = await kakaclo.create(kakacloOrder({ orderAddresses: { country: "US", ...full } }));
    equal((json as { code: number }).code, 10000);
  });

  test("optional fields of the document may be absent", async () => {
    await using kakaclo = await openKakaclo();
    const { country, phone, recipient, province } = address;
    const { json } = await kakaclo.create({
      orderAddresses: { country, phone, recipient, province },
      orderItemsList: [{ sku: "DEMO-TEE", quantity: 1, channelType: "Express" }],
      channelType: "Expedited",
    });
    equal((json as { code: number }).code, 10000);
    equal(kakaclo.sandbox.orders("kakaclo")[0]?.reference, "");
  });

  const malformed: [string, unknown][] = [
    ["no JSON", "{"],
    ["invalid UTF-8", new Uint8Array([0x7b, 0xff, 0x7d])],
    ["nothing", ""],
    ["an array", "[]"],
    ["nesting without end", "[".repeat(2_000_000)],
    ["a number for the phone", kakacloOrder({ orderAddresses: { ...address, phone: 782246793 } })],
    ["a text for the quantity", kakacloOrder({ orderItemsList: [{ sku: "DEMO-TEE", quantity: "1" }] })],
    ["half a shirt", kakacloOrder({ orderItemsList: [{ sku: "DEMO-TEE", quantity: 0.5 }] })],
  ];
  for (const [what, body] of malformed) {
    test(`${what} is a bad request`, async () => {
      await using kakaclo = await openKakaclo();
      const { status, json } = await kakaclo.create(body);
      deepEqual([status, json], [400, { error: "Invalid request" }]);
    });
  }

  test("a body without the JSON content type is not read", async () => {
    await using kakaclo = await openKakaclo();
    equal((await kakaclo.create(kakacloOrder(), { "content-type": "text/plain" })).status, 415);
  });

  test("only the sample's orderAddresses is read, by the strict table only orderAddress", async () => {
    await using kakaclo = await openKakaclo();
    const byTable = kakacloOrder({ orderAddresses: undefined, orderAddress: address });
    const codes = async () =>
      [await kakaclo.create(kakacloOrder()), await kakaclo.create(byTable)].map(
        ({ json }) => (json as { code: number }).code === 10000,
      );
    deepEqual(await codes(), [true, false]);
    kakaclo.sandbox.configure("kakaclo", { strictTable: true });
    deepEqual(await codes(), [false, true]);
  });

  test("error texts quote the buyer's address, as real ones do", async () => {
    await using kakaclo = await openKakaclo();
    kakaclo.sandbox.setFault("kakaclo", "reject");
    match((await kakaclo.create()).text, /Lffsollia Odfsdlena.*7 rue {2}Rabelais/);
  });

  test("a repeated customOrderId makes a second order, or is refused", async () => {
    await using kakaclo = await openKakaclo();
    await kakaclo.create();
    await kakaclo.create();
    equal(kakaclo.sandbox.orders("kakaclo").length, 2);
    kakaclo.sandbox.configure("kakaclo", { duplicates: "refuse" });
    const { json } = await kakaclo.create();
    notEqual((json as { code: number }).code, 10000);
    equal(kakaclo.sandbox.orders("kakaclo").length, 2);
  });

  test("orders are charged to the balance until it is spent", async () => {
    await using kakaclo = await openKakaclo({ balance: 20 });
    equal(
      (
        (await kakaclo.create(kakacloOrder({ orderItemsList: [{ sku: "DEMO-TEE", quantity: 2 }] }))).json as {
          code: number;
        }
      ).code,
      10000,
    );
    match((await kakaclo.create()).text, /Insufficient balance/);
    deepEqual((await kakaclo.get("openapi/v1/payment/balance")).json, {
      code: 10000,
      message: "success",
      data: { balance: 0.02, currencyCode: "USD" },
    });
  });

  test("the bucket holds 120 calls and leaks 2 a second", async () => {
    await using kakaclo = await openKakaclo();
    const answered = async (calls: number) => {
      const statuses: number[] = [];
      for (let n = 0; n < calls; n += 1) statuses.push((await kakaclo.get(orders)).status);
      return statuses.filter((status) => status === 200).length;
    };
    equal(await answered(122), 120);
    kakaclo.clock.now += 1_500;
    equal(await answered(5), 3);
  });
});

describe("KakaClo: list", () => {
  test("a row has the values of the create, under the list's names", async () => {
    await using kakaclo = await openKakaclo();
    await kakaclo.create();
    const { total, list } = await kakaclo.list();
    equal(total, 1);
    const [row] = list;
    deepEqual(
      row?.orderItems.map(({ skuCode, productNum }) => [skuCode, productNum]),
      [["DEMO-TEE", 1]],
    );
    deepEqual(
      [row?.id, row?.customOrderId, row?.remark, row?.status, row?.["refundStatus"], row?.["createDate"]],
      ["1000000371651", "KA10001", "best order", "processing", "NULL", "2026-09-01T12:00:00Z"],
    );
    deepEqual(row?.["shippingAddress"], { ...address, street2: null, vat: null, ioss: null });
  });

  test("the older vocabulary has one status and other names", async () => {
    await using kakaclo = await openKakaclo({ vocabulary: "old", rowId: "number" });
    await kakaclo.create();
    const [row] = (await kakaclo.list()).list;
    deepEqual(
      [row?.id, row?.status, row?.["skusAmount"], row?.["payDate"]],
      [1000000371651, "waiting_to_ship", 9.99, undefined],
    );
  });

  test("pages are of 10, at most 250, newest first", async () => {
    await using kakaclo = await openKakaclo({ bucketSize: 1_000 });
    for (let n = 1; n <= 12; n += 1) {
      kakaclo.clock.now += 1_000;
      await kakaclo.create(kakacloOrder({ customOrderId: `KA${n}` }));
    }
    const first = await kakaclo.list();
    deepEqual([first.total, first.list.length, first.list[0]?.customOrderId], [12, 10, "KA12"]);
    deepEqual(
      (await kakaclo.list("pageNumber=2")).list.map(({ customOrderId }) => customOrderId),
      ["KA2", "KA1"],
    );
    equal((await kakaclo.list("pageSize=250")).list.length, 12);
    for (const bad of ["pageSize=251", "pageSize=0", "pageNumber=0", "pageNumber=x"]) {
      equal((await kakaclo.get(`${orders}?${bad}`)).status, 400);
    }
  });

  test("windows include both ends, to the second, and refuse other formats", async () => {
    await using kakaclo = await openKakaclo();
    kakaclo.clock.now += 900;
    await kakaclo.create();
    const found = async (query: string) => (await kakaclo.list(query)).total;
    equal(await found("createStartTime=2026-09-01T12:00:00Z&createEndTime=2026-09-01T12:00:00Z"), 1);
    equal(await found("createStartTime=2026-09-01T12:00:01Z"), 0);
    equal(await found("createEndTime=2026-09-01T11:59:59Z"), 0);
    equal(await found("updateStartTime=2026-09-01T12:00:01Z"), 0);
    equal(await found("ids=1000000371651,7"), 1);
    equal(await found("ids=7"), 0);
    equal(await found("customOrderId=another"), 1, "there is no such filter");
    for (const bad of ["2026-09-01T12:00:00.000Z", "2026-09-01", "2026-13-01T00:00:00Z"]) {
      equal((await kakaclo.get(`${orders}?createStartTime=${bad}`)).status, 400);
    }
  });

  test("created and cancelled orders show up after the index lag", async () => {
    await using kakaclo = await openKakaclo({ indexLagMs: 300_000 });
    await kakaclo.create();
    equal((await kakaclo.list()).total, 0);
    kakaclo.clock.now += 300_000;
    equal((await kakaclo.list()).list[0]?.status, "processing");
    kakaclo.sandbox.cancel("kakaclo", "1000000371651");
    equal(kakaclo.sandbox.orders("kakaclo")[0]?.cancelled, true);
    equal((await kakaclo.list()).list[0]?.status, "processing");
    kakaclo.clock.now += 300_000;
    const [row] = (await kakaclo.list()).list;
    deepEqual([row?.status, row?.["fulfillmentStatus"]], ["cancel", "NULL"]);
  });

  const mixed = kakacloOrder({
    orderItemsList: [
      { sku: "DEMO-HAT-CN", quantity: 1 },
      { sku: "DEMO-MUG-US", quantity: 2 },
      { sku: "DEMO-TEE", quantity: 3 },
    ],
  });
  const summary = (
    list: { customOrderId: string; orderItems: { skuCode: string; productNum: number; countryCode: string }[] }[],
  ) =>
    list.map(({ customOrderId, orderItems }) => [
      customOrderId,
      orderItems.map((item) => `${item.countryCode} ${item.productNum} ${item.skuCode}`),
    ]);

  test("one order may become one for each country, all with our customOrderId; the create answers with the first", async () => {
    await using kakaclo = await openKakaclo({ split: "several", data: "array" });
    equal(
      (await kakaclo.create(mixed)).text,
      '{"code":10000,"message":"success","data":[1000000371651,1000000371652]}',
    );
    deepEqual(summary((await kakaclo.list()).list), [
      ["KA10001", ["CN 1 DEMO-HAT-CN", "CN 2 DEMO-TEE"]],
      ["KA10001", ["US 2 DEMO-MUG-US", "US 1 DEMO-TEE"]],
    ]);
    deepEqual(
      kakaclo.sandbox.orders("kakaclo").map(({ id }) => id),
      ["1000000371651"],
      "one create, one entry",
    );
    kakaclo.sandbox.cancel("kakaclo", "1000000371652");
    equal(kakaclo.sandbox.orders("kakaclo")[0]?.cancelled, undefined, "the other half lives");
    kakaclo.sandbox.cancel("kakaclo", "1000000371651");
    equal(kakaclo.sandbox.orders("kakaclo")[0]?.cancelled, true);
  });

  test("or one row with both countries and one SKU twice", async () => {
    await using kakaclo = await openKakaclo({ split: "one-row" });
    await kakaclo.create(mixed);
    deepEqual(summary((await kakaclo.list()).list), [
      ["KA10001", ["CN 1 DEMO-HAT-CN", "US 2 DEMO-MUG-US", "CN 2 DEMO-TEE", "US 1 DEMO-TEE"]],
    ]);
  });

  test("the fault split splits only the creates it was set for", async () => {
    await using kakaclo = await openKakaclo();
    kakaclo.sandbox.setFault("kakaclo", "split");
    await kakaclo.create(mixed);
    equal((await kakaclo.list()).total, 2);
    await kakaclo.create(mixed);
    equal((await kakaclo.list()).total, 3);
  });

  test("another sender's order is in the list like ours", async () => {
    await using kakaclo = await openKakaclo();
    const id = kakaclo.sandbox.plant("kakaclo", kakacloOrder({ customOrderId: "THEIRS" }), kakaclo.clock.now - 60_000);
    await kakaclo.create();
    deepEqual(
      (await kakaclo.list()).list.map(({ customOrderId }) => customOrderId),
      ["KA10001", "THEIRS"],
    );
    equal(kakaclo.sandbox.orders("kakaclo")[0]?.id, id, "oldest first");
    throws(() => kakaclo.sandbox.plant("kakaclo", {}), RangeError);
  });
});

describe("KakaClo: refunds and products", () => {
  test("a refund of the whole order cancels it, after its time", async () => {
    await using kakaclo = await openKakaclo({ refundAfterMs: 3_600_000 });
    await kakaclo.create();
    const asked = await kakaclo.post(`${orders}/1000000371651/refund`, { remark: "other reason" });
    const { code, data: refundNo } = asked.json as { code: number; data: string };
    equal(code, 10000);
    const state = async () => (await kakaclo.get(`${orders}/refund/${refundNo}`)).json as { data: { list: unknown[] } };
    deepEqual((await state()).data.list, [{ refundNo, refundStatus: "pending_review", id: "1000000371651" }]);
    equal((await kakaclo.list()).list[0]?.["refundStatus"], "refunding");
    kakaclo.clock.now += 3_600_000;
    deepEqual((await state()).data.list, [{ refundNo, refundStatus: "refund_successfully", id: "1000000371651" }]);
    equal((await kakaclo.list()).list[0]?.status, "cancel");
    notEqual(((await kakaclo.post(`${orders}/1000000371651/refund`, {})).json as { code: number }).code, 10000);
    notEqual(((await kakaclo.post(`${orders}/7/refund`, {})).json as { code: number }).code, 10000);
  });

  test("a refund of some items leaves the order alive", async () => {
    await using kakaclo = await openKakaclo();
    await kakaclo.create();
    await kakaclo.post(`${orders}/1000000371651/refund`, { orderItems: [{ skuCode: "DEMO-TEE", quantity: 1 }] });
    const [row] = (await kakaclo.list()).list;
    deepEqual([row?.status, row?.["refundStatus"]], ["processing", "partial_refund"]);
  });

  test("products and stocks are known by SKU, thirty at a time", async () => {
    await using kakaclo = await openKakaclo();
    const list = async (path: string) => ((await kakaclo.get(path)).json as { data: { list: unknown[] } }).data.list;
    deepEqual(await list("openapi/v1/product/products?skus=DEMO-TEE,OTHER"), [
      {
        spu: "DEMO-TEE",
        productName: "DEMO-TEE",
        skuDetails: [{ sku: "DEMO-TEE", price: 9.99, stock: 1000, skuStatus: 1 }],
      },
    ]);
    deepEqual(await list("openapi/v1/product/stocks?skus=DEMO-MUG-US,OTHER"), [
      { warehouseStockList: [{ countryCode: "US", qty: 1000, warehouseCode: "G004" }], sku: "DEMO-MUG-US" },
    ]);
    equal((await list("openapi/v1/product/countryAndWarehouse")).length, 2);
    const many = Array.from({ length: 31 }, (_, n) => `DEMO-${n}`).join(",");
    equal((await kakaclo.get(`openapi/v1/product/products?skus=${many}`)).status, 400);
    equal((await kakaclo.get("openapi/v1/product/stocks")).status, 400);
  });

  test("other paths give a 404", async () => {
    await using kakaclo = await openKakaclo();
    equal((await kakaclo.get("openapi/openapi/v2/order/orders")).status, 404);
    equal((await kakaclo.post("openapi/v1/order/orders", kakacloOrder())).status, 404);
  });
});
