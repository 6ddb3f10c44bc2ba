import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { createHmac } from "node:crypto";
import { describe, test } from "node:test";
import sample from "./fixtures/s2-create-sample.json" with { type: "json" };
import documented from "./fixtures/s2-created-sample.json" with { type: "json" };
import { credentials, openS2, organization } from "./s2-calls.ts";

type Json = Record<string, unknown>;
const { shippingAddress } = sample;

describe("S2: login", () => {
  test("a login answers with a JWT for seven days and the user's organizations", async () => {
    await using s2 = await openS2();
    const { status, json } = await s2.login();
    const { type, accessToken, user } = json as {
      type: string;
      accessToken: string;
      user: { organizations: { organization: Json }[] };
    };
    deepEqual([status, type, user.organizations[0]?.organization["id"]], [200, "SUCCESS", organization]);
    const [header, claims] = accessToken.split(".").map((part) => Buffer.from(part, "base64url").toString());
    equal((JSON.parse(header ?? "") as Json)["alg"], "HS256");
    const { aud, iss, exp } = JSON.parse(claims ?? "") as { aud: string; iss: string; exp: number };
    deepEqual([aud, iss, exp], ["s2core", "s2core", s2.clock.now / 1000 + 7 * 24 * 3600]);
  });

  test("wrong credentials are a 401 with a message", async () => {
    await using s2 = await openS2();
    for (const body of [{ ...credentials, password: "guess" }, { email: credentials.email }, {}, [], null]) {
      const { status, json } = await s2.login(body);
      deepEqual([status, typeof (json as Json)["message"]], [401, "string"]);
    }
    equal((await s2.login("{")).status, 400);
  });

  test("a token expires after its lifetime, or with expireTokens", async () => {
    await using s2 = await openS2({ tokenLifetimeSeconds: 60 });
    s2.clock.now += 59_000;
    equal((await s2.get("/account")).status, 200);
    s2.clock.now += 1_000;
    equal((await s2.get("/account")).status, 401);

    await using other = await openS2();
    other.sandbox.expireTokens("s2");
    equal((await other.get("/account")).status, 401);
    const { accessToken } = (await other.login()).json as { accessToken: string };
    equal((await other.get("/account", { ...other.headers, authorization: `Bearer ${accessToken}` })).status, 200);
  });

  test("a token that another key signed is refused", async () => {
    await using s2 = await openS2();
    const [header = "", claims = ""] = s2.headers.authorization.slice(7).split(".");
    const signature = createHmac("sha256", "guess").update(`${header}.${claims}`).digest("base64url");
    for (const authorization of [
      `Bearer ${header}.${claims}.${signature}`,
      "Bearer x",
      "Bearer ..",
      "",
      credentials.password,
    ]) {
      equal((await s2.get("/order", { ...s2.headers, authorization })).status, 401);
    }
  });

  test("the organization must be one of the user's, and named when there are several", async () => {
    await using s2 = await openS2();
    const { authorization } = s2.headers;
    equal((await s2.create(s2.order(), { authorization })).status, 401);
    equal(
      (await s2.create(s2.order(), { authorization, "x-s2-organization": "3775cc37-30e7-4579-a58e-c9adda6fa888" }))
        .status,
      401,
    );
    deepEqual(s2.sandbox.orders("s2"), []);
    s2.sandbox.configure("s2", { organizations: [organization] });
    equal((await s2.create(s2.order(), { authorization })).status, 200);
  });
});

describe("S2: create", () => {
  test("the document's sample is accepted, and answered with all fields of the document's answer", async () => {
    await using s2 = await openS2();
    const { status, json } = await s2.create();
    const created = json as Json & { items: { product: Json }[]; account: Json; attachments: Json[] };
    equal(status, 200);
    const fields = (value: object) => Object.keys(value).sort();
    deepEqual(fields(created), fields(documented));
    deepEqual(fields(created.items[0]?.product ?? {}), fields(documented.items[0]?.product ?? {}));
    deepEqual(fields(created.account), fields(documented.account));
    deepEqual(fields(created.attachments[0] ?? {}), fields(documented.attachments[0] ?? {}));
    deepEqual(
      [created["status"], created["assignStatus"], created["channelOrderDate"]],
      ["UNFULFILLED", "PENDING", "2024-04-24T06:00:33.889Z"],
    );
    deepEqual(
      created.items.map(({ product }) => product["sku"]),
      ["DEMO-GREY", "DEMO-BLUE"],
    );
    deepEqual(s2.sandbox.orders("s2"), [
      { id: created["id"], reference: "test_order_id2", request: s2.order(), createdAt: "2026-09-01T12:00:00.000Z" },
    ]);
  });

  const without = (from: object, field: string) =>
    Object.fromEntries(Object.entries(from).filter(([key]) => key !== field));
  const refused: [string, (order: Json) => unknown][] = [
    ...[
      "accountId",
      "channelOrderId",
      "channelShippingMethod",
      "shippingAddress",
      "channelOrderDate",
      "currencyId",
      "items",
      "meta",
      "attachments",
    ].flatMap((field): [string, (order: Json) => unknown][] => [
      [`no ${field}`, (order) => without(order, field)],
      [`null for ${field}`, (order) => ({ ...order, [field]: null })],
    ]),
    ...Object.keys(shippingAddress).flatMap((field): [string, (order: Json) => unknown][] => [
      [
        `a shipping address without ${field}`,
        (order) => ({ ...order, shippingAddress: without(shippingAddress, field) }),
      ],
      [
        `a shipping address with null for ${field}`,
        (order) => ({ ...order, shippingAddress: { ...shippingAddress, [field]: null } }),
      ],
      [
        `a billing address without ${field}`,
        (order) => ({ ...order, billingAddress: without(shippingAddress, field) }),
      ],
    ]),
    ...["channelOrderItemId", "productId", "quantity", "unitPrice", "meta"].map(
      (field): [string, (order: Json) => unknown] => [
        `an item without ${field}`,
        (order) => ({ ...order, items: (order["items"] as Json[]).map((item) => without(item, field)) }),
      ],
    ),
    ["no items", (order) => ({ ...order, items: [] })],
    ["an empty channelOrderId", (order) => ({ ...order, channelOrderId: "" })],
    ["null for channelOrderIdAlt", (order) => ({ ...order, channelOrderIdAlt: null })],
    [
      "a price as text",
      (order) => ({ ...order, items: (order["items"] as Json[]).map((item) => ({ ...item, unitPrice: "9.99" })) }),
    ],
    [
      "half a piece",
      (order) => ({ ...order, items: (order["items"] as Json[]).map((item) => ({ ...item, quantity: 0.5 })) }),
    ],
    [
      "a list for an item's meta",
      (order) => ({ ...order, items: (order["items"] as Json[]).map((item) => ({ ...item, meta: [] })) }),
    ],
    ["a date of another zone", (order) => ({ ...order, channelOrderDate: "2024-04-24T06:00:33+02:00" })],
    ["a date without zone", (order) => ({ ...order, channelOrderDate: "2024-04-24T06:00:33" })],
    ["no date", (order) => ({ ...order, channelOrderDate: "yesterday" })],
    ["a country in words", (order) => ({ ...order, shippingAddress: { ...shippingAddress, countryId: "China" } })],
    ["an attachment without path", (order) => ({ ...order, attachments: [{ fileName: "a.jpg" }] })],
    ["another customer's account", (order) => ({ ...order, accountId: organization })],
    ["a product it never handed out", (order) => ({ ...order, items: sample.items })],
    ["a misspelt channelOrderIdAlt", (order) => ({ ...order, channelOrderIDAlt: "1" })],
    ["a misspelt field of an address", (order) => ({ ...order, billingAddress: { ...shippingAddress, zip: "1" } })],
    [
      "a country that ISO 3166 does not have",
      (order) => ({ ...order, shippingAddress: { ...shippingAddress, countryId: "XX" } }),
    ],
    ["a currency that ISO 4217 does not have", (order) => ({ ...order, currencyId: "ZZZ" })],
    ["a day that the calendar does not have", (order) => ({ ...order, channelOrderDate: "2024-02-31T06:00:33Z" })],
    [
      "none of a product",
      (order) => ({ ...order, items: (order["items"] as Json[]).map((item) => ({ ...item, quantity: 0 })) }),
    ],
    ["a list for an order", (order) => [order]],
    ["null for an order", () => null],
  ];
  for (const [what, change] of refused) {
    test(`${what} is refused with a message`, async () => {
      await using s2 = await openS2();
      const { status, json } = await s2.create(change(s2.order()));
      deepEqual([status, typeof (json as Json)["message"]], [400, "string"]);
      deepEqual(s2.sandbox.orders("s2"), []);
    });
  }

  const taken: [string, Json][] = [
    ["null for the billing address", { billingAddress: null }],
    ["a list for meta", { meta: [] }],
    ["no attachments", { attachments: [] }],
    ["no shipping method", { channelShippingMethod: "" }],
    ["no alternative numbers", { channelOrderIdAlt: undefined, channelOrderIdAlt2: undefined }],
    [
      "an address of empty texts",
      { shippingAddress: Object.fromEntries(Object.keys(shippingAddress).map((key) => [key, ""])) },
    ],
    ["a date without fraction", { channelOrderDate: "2024-04-24T06:00:33Z" }],
  ];
  for (const [what, changes] of taken) {
    test(`${what} is taken`, async () => {
      await using s2 = await openS2();
      equal((await s2.create(s2.order(changes))).status, 200);
    });
  }

  test("a body that is not JSON is a bad request", async () => {
    await using s2 = await openS2();
    for (const body of ["{", "", new Uint8Array([0xff])]) equal((await s2.create(body)).status, 400);
  });

  test("a body without the JSON content type is not read", async () => {
    await using s2 = await openS2();
    for (const type of ["text/plain", "application/x-www-form-urlencoded"]) {
      equal((await s2.create(s2.order(), { ...s2.headers, "content-type": type })).status, 415);
    }
    deepEqual(s2.sandbox.orders("s2"), []);
  });

  test("only the sample's items are read, by the strict table only item", async () => {
    await using s2 = await openS2();
    const { items, ...rest } = s2.order();
    const statuses = async () => [
      (await s2.create({ ...rest, items })).status,
      (await s2.create({ ...rest, item: items })).status,
    ];
    deepEqual(await statuses(), [200, 400]);
    s2.sandbox.configure("s2", { strictTable: true, successStatus: 201, invalidStatus: 422 });
    deepEqual(await statuses(), [422, 201]);
  });

  test("a repeated channelOrderId makes a second order, or is 409 ALREADY_EXISTS within its account", async () => {
    await using s2 = await openS2();
    await s2.create();
    equal((await s2.create()).status, 200);
    s2.sandbox.configure("s2", { duplicates: "refuse" });
    const { status, json } = await s2.create();
    deepEqual([status, (json as Json)["code"]], [409, "ALREADY_EXISTS"]);
    equal((await s2.create(s2.order({ accountId: "1ac48942-405a-4841-a7d8-708f50dbe1ad" }))).status, 200);
    equal(s2.sandbox.orders("s2").length, 3);
  });

  test("its timestamps have no trailing zeros", async () => {
    const { timestamp } = await import("../../../local/simulators/providers/s2/organization.ts");
    const at = Date.UTC(2024, 5, 4, 5, 32, 34, 207);
    deepEqual(
      [timestamp(at, 910), timestamp(at, 0), timestamp(at - 207, 0)],
      ["2024-06-04T05:32:34.20791Z", "2024-06-04T05:32:34.207Z", "2024-06-04T05:32:34Z"],
    );
  });

  test("a create can be answered with an old cancelled order", async () => {
    await using s2 = await openS2();
    s2.sandbox.setFault("s2", "old-cancelled-2xx");
    const { status, json } = await s2.create();
    const {
      status: state,
      createdAt,
      channelOrderId,
    } = json as { status: string; createdAt: string; channelOrderId: string };
    deepEqual([status, state, channelOrderId], [200, "CANCELLED", "test_order_id2"]);
    ok(Date.parse(createdAt) < s2.clock.now - 300 * 24 * 3600 * 1000);
    equal(s2.sandbox.orders("s2")[0]?.cancelled, true);
  });
});

describe("S2: look-up", () => {
  const numbers = async (s2: Awaited<ReturnType<typeof openS2>>, query: string) =>
    (await s2.list(query)).items.map(({ channelOrderId }) => channelOrderId);

  test("term searches the switched field", async () => {
    await using s2 = await openS2();
    const id = (
      (await s2.create(s2.order({ channelOrderId: "SHOP-1", channelOrderIdAlt: "#1001", channelOrderIdAlt2: "ref-1" })))
        .json as { id: string }
    ).id;
    const found = async () =>
      Promise.all(["SHOP-1", "%231001", "ref-1", id].map(async (term) => (await s2.list(`term=${term}`)).total));
    deepEqual(await found(), [1, 0, 0, 0]);
    s2.sandbox.configure("s2", { term: "alt" });
    deepEqual(await found(), [0, 1, 1, 0]);
    s2.sandbox.configure("s2", { term: "own-id" });
    deepEqual(await found(), [0, 0, 0, 1]);
    s2.sandbox.configure("s2", { term: "nothing" });
    deepEqual(await found(), [0, 0, 0, 0]);
    equal((await s2.list()).total, 1, "without a term everything is there");
  });

  test("term matches parts, or only the whole number", async () => {
    await using s2 = await openS2();
    for (const channelOrderId of ["SHOP-1", "SHOP-10"]) await s2.create(s2.order({ channelOrderId }));
    equal((await s2.list("term=SHOP-1")).total, 2);
    s2.sandbox.configure("s2", { termMatches: "whole" });
    equal((await s2.list("term=SHOP-1")).total, 1);
  });

  test("pages are of 100 by default and at most, newest or oldest first", async () => {
    await using s2 = await openS2();
    for (let n = 1; n <= 101; n += 1)
      s2.sandbox.plant("s2", s2.order({ channelOrderId: `SHOP-${n}` }), s2.clock.now - 200_000 + n * 1000);
    const first = await s2.list();
    deepEqual([first.total, first.items.length, first.items[0]?.channelOrderId], [101, 100, "SHOP-101"]);
    deepEqual(await numbers(s2, "limit=100&offset=100"), ["SHOP-1"]);
    s2.sandbox.configure("s2", { sort: "oldest" });
    deepEqual(await numbers(s2, "limit=2&offset=1"), ["SHOP-2", "SHOP-3"]);
    for (const bad of ["limit=101", "limit=0", "limit=x", "offset=-1"])
      equal((await s2.get(`/order?${bad}`)).status, 400);
  });

  test("rows have all fields, or only those of the list's page", async () => {
    await using s2 = await openS2();
    const { json } = await s2.create();
    deepEqual((await s2.list()).items, [json]);
    s2.sandbox.configure("s2", { listRows: "brief" });
    const [row] = (await s2.list()).items;
    deepEqual(
      [row?.channelOrderId, row?.["items"], row?.["meta"], row?.["status"]],
      ["test_order_id2", undefined, undefined, "UNFULFILLED"],
    );
  });

  test("a single order is shown by the fields of its own page", async () => {
    await using s2 = await openS2();
    const id = ((await s2.create()).json as { id: string }).id;
    const { json } = await s2.get(`/order/${id}`);
    deepEqual(json, {
      orderId: id,
      address: shippingAddress,
      warehouseId: null,
      shippingMethod: "Standard",
      items: s2.order().items.map(({ productId, quantity }) => ({ productId, quantity })),
      fulfillments: [],
      attachments: sample.attachments,
      additionalReferenceIds: ["test_order_ref_id1"],
    });
    const missing = await s2.get("/order/ae52b0ab-8f0c-4b11-9c13-c5c221228888");
    deepEqual([missing.status, missing.json], [404, { message: "Not found" }]);
  });

  test("a cancelled order and another account's order with the same number are found, too", async () => {
    await using s2 = await openS2();
    const id = ((await s2.create()).json as { id: string }).id;
    s2.sandbox.cancel("s2", id);
    s2.sandbox.plant("s2", s2.order({ accountId: "1ac48942-405a-4841-a7d8-708f50dbe1ad" }), s2.clock.now + 1);
    const { items } = await s2.list("term=test_order_id2");
    deepEqual(
      items.map(({ status, account }) => [status, (account as Json)["name"]]),
      [
        ["UNFULFILLED", "Another customer's account"],
        ["CANCELLED", "Demo account"],
      ],
    );
    throws(() => s2.sandbox.plant("s2", {}), RangeError);
    throws(() => s2.sandbox.cancel("s2", "none"), RangeError);
  });
});

describe("S2: accounts and products", () => {
  test("accounts are found by name", async () => {
    await using s2 = await openS2();
    const { items, total } = (await s2.get("/account?term=Demo")).json as { items: Json[]; total: number };
    deepEqual([total, items[0]?.["id"], items[0]?.["type"]], [1, sample.accountId, "MARKETPLACE_GENERIC"]);
  });

  test("a DEMO- SKU has one product, the same in every run; another has none", async () => {
    await using s2 = await openS2();
    await using again = await openS2();
    const id = await s2.productId("DEMO-TEE");
    match(id, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
    equal(await again.productId("DEMO-TEE"), id);
    notEqual(await s2.productId("DEMO-TEE-XL"), id);
    deepEqual((await s2.get("/product?term=TEE")).json, { items: [], total: 0 });
  });

  test("a search can return a similar SKU first", async () => {
    await using s2 = await openS2({ productNeighbours: true });
    const { items } = (await s2.get("/product?term=DEMO-TEE")).json as { items: Json[] };
    deepEqual(
      items.map(({ sku }) => sku),
      ["DEMO-TEE-BUNDLE", "DEMO-TEE"],
    );
  });
});
