import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import { describe, test } from "node:test";
import { call } from "../../support/sandbox-client.ts";
import { eventually } from "./eventually.ts";
import { APP, CANCEL, CREATE, DETAIL, LIST, lingxingOrder, openLingxing, type Said, STORES } from "./lingxing-calls.ts";

const detailOf = (order_id: string, sid = 101) => ({ order_info: [{ sid, seller_fulfillment_order_id: order_id }] });
const itemsOf = (row: Record<string, unknown> | undefined) =>
  (row?.["listing_detail_info"] ?? []) as Record<string, unknown>[];
const rows = (said: Said) => (said.data as Record<string, unknown>[] | null) ?? [];

describe("Lingxing: tokens", () => {
  const body = new URLSearchParams(APP).toString();
  const boundary = "----x";
  const multipart = [...Object.entries(APP)]
    .map(([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`)
    .join("");
  const forms: [string, string, Record<string, string>, string | undefined][] = [
    ["query", `?${body}`, {}, undefined],
    ["urlencoded", "", { "content-type": "application/x-www-form-urlencoded" }, body],
    [
      "multipart",
      "",
      { "content-type": `multipart/form-data; boundary=${boundary}` },
      `${multipart}--${boundary}--\r\n`,
    ],
  ];
  for (const [form, query, headers, sent] of forms) {
    test(`are issued for ${form}, with a code that is text`, async () => {
      await using lingxing = await openLingxing();
      const url = lingxing.at(`/api/auth-server/oauth/access-token${query}`);
      const { status, json } = await call(url, { method: "POST", headers, ...(sent && { body: sent }) });
      const { code, msg, data } = json as Said;
      deepEqual([status, code, msg], [200, "200", "OK"]);
      deepEqual(Object.keys(Object(data)), ["access_token", "refresh_token", "expires_in"]);
    });
  }

  test("a wrong app, a wrong secret, and one whose plus was not encoded", async () => {
    await using lingxing = await openLingxing();
    equal((await lingxing.oauth("access-token", { ...APP, appId: "ak_0000000000000" })).code, "2001001");
    equal((await lingxing.oauth("access-token", { ...APP, appSecret: "x" })).code, "2001002");
    const unencoded = `appId=${APP.appId}&appSecret=${APP.appSecret.replace("%2B", "%252B")}`;
    const { json } = await call(lingxing.at(`/api/auth-server/oauth/access-token?${unencoded}`), { method: "POST" });
    equal((json as Said).code, "0001001");
  });

  test("a new one displaces the old one, unless switched off", async () => {
    for (const newTokenDisplaces of [true, false]) {
      await using lingxing = await openLingxing({ newTokenDisplaces });
      equal((await lingxing.create()).code, 0);
      await lingxing.token();
      equal((await lingxing.create({ order_id: "2" })).code, newTokenDisplaces ? "2001005" : 0);
    }
  });

  test("one lives 7199 seconds", async () => {
    await using lingxing = await openLingxing();
    await lingxing.create();
    lingxing.clock.now += 7_198_000;
    equal((await lingxing.get(STORES)).code, 0);
    lingxing.clock.now += 1_000;
    equal((await lingxing.get(STORES)).code, "2001003");
  });

  test("a refresh token is good for one use and two hours", async () => {
    await using lingxing = await openLingxing();
    const first = await lingxing.token();
    const refresh = (refreshToken: string) => lingxing.oauth("refresh", { appId: APP.appId, refreshToken });
    const second = (await refresh(first.refresh_token)).data as typeof first;
    notEqual(second.access_token, first.access_token);
    equal((await refresh(first.refresh_token)).code, "2001009");
    lingxing.use(first.access_token);
    equal((await lingxing.get(STORES)).code, "2001005");
    lingxing.use(second.access_token);
    equal((await lingxing.get(STORES)).code, 0);
    lingxing.clock.now += 7_200_000;
    equal((await refresh(second.refresh_token)).code, "2001008");
  });

  test("a second token must wait, if tokens have a least interval", async () => {
    await using lingxing = await openLingxing({ tokenIntervalMs: 60_000 });
    const first = await lingxing.token();
    equal((await lingxing.oauth("access-token", APP)).code, "3001008");
    equal((await lingxing.oauth("refresh", { appId: APP.appId, refreshToken: first.refresh_token })).code, "3001008");
    lingxing.clock.now += 60_000;
    equal((await lingxing.oauth("refresh", { appId: APP.appId, refreshToken: first.refresh_token })).code, "200");
  });
});

describe("Lingxing: the gateway", () => {
  test("the document's sample is accepted, with its items' keys in the document's order, and answered as shown", async () => {
    await using lingxing = await openLingxing();
    const { status, json } = await lingxing.post(CREATE, lingxingOrder());
    const { request_id, response_time, ...said } = json as Said & { request_id: string; response_time: string };
    equal(status, 200);
    deepEqual(said, { code: 0, message: "操作成功", error_details: [], data: [], total: 0 });
    equal(response_time, "2026-09-01 20:00:00");
    const [order] = lingxing.orders();
    deepEqual([order?.reference, order?.request], ["1000796", lingxingOrder()]);
  });

  for (const missing of ["access_token", "app_key", "timestamp", "sign"]) {
    test(`a call without ${missing} gets the answer for a missing parameter`, async () => {
      await using lingxing = await openLingxing();
      const query = (await lingxing.query(lingxingOrder())).split("&").filter((one) => !one.startsWith(missing));
      const { json } = await call(`${lingxing.at(CREATE)}?${query.join("&")}`, { body: lingxingOrder() });
      equal((json as Said).code, "3001001");
    });
  }

  test("a signature is good for two minutes", async () => {
    await using lingxing = await openLingxing();
    const old = (seconds: number) => ({ timestamp: String(lingxing.clock.now / 1000 - seconds) });
    equal((await lingxing.create({}, old(120))).code, 0);
    equal((await lingxing.create({ order_id: "2" }, old(121))).code, "2001007");
    equal((await lingxing.create({ order_id: "2" }, { timestamp: "1" })).code, "2001007");
  });

  test("a signature of other values is wrong, and so is a business parameter in a POST's URL", async () => {
    await using lingxing = await openLingxing();
    equal((await lingxing.create({}, { sign: "AAAA" })).code, "2001006");
    const query = await lingxing.query(lingxingOrder());
    const other = await call(`${lingxing.at(CREATE)}?${query}`, { body: lingxingOrder({ order_id: "2" }) });
    equal((other.json as Said).code, "2001006");
    const stray = await call(`${lingxing.at(CREATE)}?${query}&order_id=1`, { body: lingxingOrder() });
    equal((stray.json as Said).code, "2001006");
    deepEqual(lingxing.orders(), []);
  });

  test("a signature must be URL-encoded exactly once", async () => {
    await using lingxing = await openLingxing();
    // Not every signature has a character that matters.
    for (let number = 1; ; number++) {
      const body = lingxingOrder({ order_id: String(number) });
      const query = await lingxing.query(body);
      if (!/sign=.*%2B/.test(query)) continue;
      const send = async (changed: string) =>
        ((await call(`${lingxing.at(CREATE)}?${changed}`, { body })).json as Said).code;
      equal(await send(query.replaceAll("%2B", "+")), "2001006");
      equal(await send(query.replaceAll("%2B", "%252B")), "2001006");
      equal(await send(query), 0);
      break;
    }
  });

  test("an empty string is in the body but not in the signature", async () => {
    await using lingxing = await openLingxing();
    equal((await lingxing.create({ address2: "" })).code, 0);
  });

  test("the signed form of nested values can be fixed to one", async () => {
    for (const [signedNested, code] of [
      ["sorted", "2001006"],
      ["as-sent", 0],
      ["either", 0],
    ] as const) {
      await using lingxing = await openLingxing({ signedNested });
      equal((await lingxing.create()).code, code);
    }
  });

  test("a GET signs its business parameters, too", async () => {
    await using lingxing = await openLingxing();
    equal((await lingxing.get(STORES, { offset: 0, length: 100 })).code, 0);
    const query = await lingxing.query({});
    equal(((await call(`${lingxing.at(STORES)}?${query}&offset=0`)).json as Said).code, "2001006");
  });

  for (const [gate, code] of [
    ["ip-refused", "3001002"],
    ["not-granted", "2001004"],
    ["disabled", "401"],
    ["expired", "403"],
  ] as const) {
    test(`${gate} is ${code}`, async () => {
      await using lingxing = await openLingxing();
      await lingxing.get(STORES);
      lingxing.sandbox.configure("lingxing", { gate });
      equal((await lingxing.create()).code, code);
    });
  }

  test("codes as numbers or text, errors with another HTTP status", async () => {
    await using lingxing = await openLingxing({ gatewayCode: "number", businessCode: "string", errorStatus: 400 });
    equal((await lingxing.create()).code, "0");
    const duplicate = await lingxing.post(CREATE, lingxingOrder());
    deepEqual([duplicate.status, (duplicate.json as Said).code], [400, "500"]);
    const refused = await lingxing.post(CREATE, lingxingOrder(), { sign: "AAAA" });
    deepEqual([refused.status, (refused.json as Said).code], [400, 2001006]);
  });

  for (const [path, status, pattern] of [
    ["/order/amzod/api/createOrders", 200, /"code":"500","msg":"404 NOT_FOUND"/],
    ["//order/amzod/api/createOrder", 405, /<center>nginx<\/center>/],
    ["/", 405, /405 Not Allowed/],
    ["/erp/sc/data/nothing", 200, /"code":400,"message":"服务不存在"/],
  ] as const) {
    test(`an unknown path (${path}) is answered as the document shows`, async () => {
      await using lingxing = await openLingxing();
      const came = await lingxing.post(path, {});
      equal(came.status, status);
      match(came.text, pattern);
    });
  }

  test("a wrong method gets nginx's answer", async () => {
    await using lingxing = await openLingxing();
    equal((await call(lingxing.at(CREATE))).status, 405);
  });

  test("a body that is not a JSON object adds no parameter to the signature", async () => {
    await using lingxing = await openLingxing();
    const query = await lingxing.query({});
    for (const body of ["{", "[]", "null", ""]) {
      const { json } = await call(`${lingxing.at(CREATE)}?${query}`, { method: "POST", body });
      equal((json as Said).code, "102", body);
    }
  });
});

describe("Lingxing: one request in flight", () => {
  const during = { answerDelayMs: 150 };

  for (const [throttleCode, code] of [
    ["3001008", "3001008"],
    ["103", 103],
  ] as const) {
    test(`a second one of the same URL is ${code}, of another URL not; the next one after the answer is taken`, async () => {
      await using lingxing = await openLingxing({ ...during, throttleCode });
      await lingxing.get(STORES);
      const first = lingxing.create();
      await eventually(() => lingxing.orders().length === 1);
      equal((await lingxing.create({ order_id: "2" })).code, code);
      equal((await lingxing.get(STORES)).code, 0);
      equal((await first).code, 0);
      equal((await lingxing.create({ order_id: "3" })).code, 0);
    });
  }

  test("one whose client hung up keeps its token for two minutes from its start", async () => {
    await using lingxing = await openLingxing();
    await lingxing.get(STORES);
    lingxing.sandbox.setFault("lingxing", "timeout-before-create");
    const query = await lingxing.query(lingxingOrder());
    const gone = new AbortController();
    const first = call(`${lingxing.at(CREATE)}?${query}`, { body: lingxingOrder(), signal: gone.signal }).catch(
      () => "gone",
    );
    await eventually(() => lingxing.sandbox.calls("lingxing").some(({ status }) => status === "no-answer"));
    gone.abort();
    equal(await first, "gone");
    lingxing.clock.now += 119_999;
    equal((await lingxing.create()).code, "3001008");
    lingxing.clock.now += 1;
    equal((await lingxing.create()).code, 0);
  });

  test("a refused one takes no token", async () => {
    await using lingxing = await openLingxing();
    for (let time = 0; time < 3; time++) equal((await lingxing.create({}, { sign: "AAAA" })).code, "2001006");
    equal((await lingxing.create()).code, 0);
  });
});

describe("Lingxing: create", () => {
  const item = (changes: Record<string, unknown>) => ({
    item_list: [{ msku: "DEMO-1", quantity_shipped: 1, ...changes }],
  });
  const refused: [string, Record<string, unknown>, number][] = [
    ...[
      "store_name",
      "country",
      "order_id",
      "receiver",
      "country_code",
      "region",
      "city",
      "address1",
      "postcode",
      "buyers_mailbox",
      "order_id_for_packing",
      "date_for_packing",
      "item_list",
    ].map((field): [string, Record<string, unknown>, number] => [`no ${field}`, { [field]: undefined }, 500]),
    ["an empty receiver", { receiver: "" }, 500],
    ["a store of another country", { country: "德国" }, 500],
    ["a store that is stopped", { store_name: "demo-stopped" }, 500],
    ["an order_id of 41", { order_id: "x".repeat(41) }, 500],
    ["an English yes", { is_blank_box: "yes" }, 500],
    ["an English operation", { delivery_operation: "Ship" }, 500],
    ["an unknown speed", { delivery_service: "快" }, 500],
    ["a country in words", { country_code: "America" }, 500],
    ["an e-mail address of 65", { buyers_mailbox: `${"x".repeat(60)}@y.zz` }, 500],
    ["a packing number of 41", { order_id_for_packing: "x".repeat(41) }, 500],
    ["a Chinese packing number", { order_id_for_packing: "订单" }, 500],
    ["a packing number with two spaces", { order_id_for_packing: "a  b" }, 500],
    ["a date with a zone", { date_for_packing: "2025-04-09T14:30:45Z" }, 500],
    ["a packing remark of 751", { remark_for_packing: "x".repeat(751) }, 500],
    ["no items", { item_list: [] }, 500],
    [
      "101 items",
      { item_list: Array.from({ length: 101 }, (_, index) => ({ msku: `DEMO-${index}`, quantity_shipped: 1 })) },
      500,
    ],
    ["251 units", item({ quantity_shipped: 251 }), 500],
    ["an unknown MSKU", item({ msku: "msku123" }), 500],
    ["an MSKU of 51", item({ msku: `DEMO-${"x".repeat(46)}` }), 500],
    ["quantity 0", item({ quantity_shipped: 0 }), 500],
    ["a currency in words", item({ declared_value: 1, declared_currency: "dollar" }), 500],
    ["a currency that ISO 4217 does not have", item({ declared_value: 1, declared_currency: "ZZZ" }), 500],
    ["a declared value below 0", item({ declared_value: -1, declared_currency: "USD" }), 500],
    ["a declared value without a currency", item({ declared_value: 1 }), 500],
    ["one MSKU twice", { item_list: [1, 2].map((quantity_shipped) => ({ msku: "DEMO-1", quantity_shipped })) }, 500],
    ["a month that the calendar does not have", { date_for_packing: "2022-13-45" }, 500],
    ["a day that the calendar does not have", { date_for_packing: "2022-02-29T10:00:00" }, 500],
    ["an hour that the day does not have", { date_for_packing: "2022-02-28T24:00:00" }, 500],
    ["a country that ISO 3166 does not have", { country_code: "XX" }, 500],
    ["a region that the list does not have", { region: "Nowhere" }, 500],
    ["a receiver of 51", { receiver: "x".repeat(51) }, 500],
    ["a first line of 181", { address1: "x".repeat(181) }, 500],
    ["a second line of 61", { address2: "x".repeat(61) }, 500],
    ["a city of 51", { city: "x".repeat(51) }, 500],
    ["a phone number of 21", { phone_number: "1".repeat(21) }, 500],
    ["a remark of 751", { remark: "x".repeat(751) }, 500],
    ["an emoji on the packing slip", { remark_for_packing: "🌸" }, 500],
    ...["city", "address2", "phone_number", "remark", "remark_for_packing", "delivery_service", "is_blank_box"].map(
      (field): [string, Record<string, unknown>, number] => [`null for ${field}`, { [field]: null }, 500],
    ),
    ["null for a declared value", item({ declared_value: null }), 500],
    ["a misspelt phone", { phone: "123456" }, 102],
    ["a misspelt speed", { deliveryService: "标准配送" }, 102],
    ["a misspelt field of an item", item({ quantity: 1 }), 102],
    ["an order_id as a number", { order_id: 1000796 }, 102],
    ["a quantity as text", item({ quantity_shipped: "1" }), 102],
    ["a declared value as text", item({ declared_value: "1.23" }), 102],
    ["items as text", { item_list: "[]" }, 102],
  ];
  for (const [what, changes, code] of refused) {
    test(`${what}: ${code}`, async () => {
      await using lingxing = await openLingxing();
      const said = await lingxing.create(changes);
      equal(said.code, code);
      equal(said.error_details?.length, 1);
      deepEqual(lingxing.orders(), []);
    });
  }

  test("optional fields may be left out", async () => {
    await using lingxing = await openLingxing();
    const optional = [
      "is_blank_box",
      "is_block_amzl",
      "address2",
      "phone_number",
      "remark_for_packing",
      "delivery_operation",
      "delivery_service",
      "remark",
    ];
    const changes = Object.fromEntries(optional.map((field) => [field, undefined]));
    equal((await lingxing.create({ ...changes, ...item({}) })).code, 0);
  });

  for (const [uniqueness, code] of [
    ["store", 0],
    ["company", 500],
  ] as const) {
    test(`a number is unique within the ${uniqueness}`, async () => {
      await using lingxing = await openLingxing({ uniqueness });
      await lingxing.create();
      const again = await lingxing.create();
      deepEqual([again.code, again.message, again.data, again.error_details], [500, "失败", null, ["订单号已经存在"]]);
      equal((await lingxing.create({ store_name: "demo-DE", country: "德国" })).code, code);
    });
  }

  test("a cancelled order's number stays taken", async () => {
    await using lingxing = await openLingxing();
    await lingxing.create();
    lingxing.sandbox.cancel("lingxing", lingxing.orders()[0]?.id ?? "");
    equal((await lingxing.create()).error_details?.[0], "订单号已经存在");
  });

  test("a Japanese store refuses a city, unless switched", async () => {
    const japan = { store_name: "demo-JP", country: "日本" };
    for (const [japaneseCity, code] of [
      ["refused", 500],
      ["accepted", 0],
    ] as const) {
      await using lingxing = await openLingxing({ japaneseCity });
      equal((await lingxing.create(japan)).code, code);
      equal((await lingxing.create({ ...japan, order_id: "2", city: undefined })).code, 0);
    }
  });

  test("India wants declared values", async () => {
    await using lingxing = await openLingxing();
    const india = { store_name: "demo-IN", country: "印度" };
    equal((await lingxing.create({ ...india, ...item({}) })).code, 500);
    equal((await lingxing.create(india)).code, 0);
  });

  const codes = async (settings: Parameters<typeof openLingxing>[0], changes: Record<string, unknown>) => {
    await using lingxing = await openLingxing(settings);
    return (await lingxing.create(changes)).code;
  };

  test("a region is one of the list, in the form that is switched; a country without a list takes any", async () => {
    equal(await codes({}, { region: "Nowhere" }), 500);
    equal(await codes({}, { country_code: "NL", region: "Noord-Holland" }), 0);
    for (const [region, written] of [
      ["code", "AL"],
      ["name", "Alabama"],
      ["any", "Nowhere"],
    ] as const) {
      equal(await codes({}, { region: written }), 500);
      equal(await codes({ region }, { region: written }), 0);
    }
  });

  test("Britain has the code that is switched", async () => {
    const british = (country_code: string) => ({ country_code, region: "ENG-England" });
    equal(await codes({ britain: "GB" }, british("UK")), 500);
    equal(await codes({ britain: "UK" }, british("GB")), 500);
    equal(await codes({ britain: "either" }, british("GB")), 0);
    equal(await codes({ britain: "either" }, british("UK")), 0);
  });

  test("what is refused by default is taken where so switched", async () => {
    equal(await codes({ unknownFields: "ignored" }, { phone: "1", ...item({ sku: "x" }) }), 0);
    equal(await codes({ amazonLimits: "ignored" }, { receiver: "x".repeat(51), address1: "x".repeat(181) }), 0);
    equal(await codes({ packingCharacters: "any" }, { remark_for_packing: "🌸" }), 0);
    equal(await codes({ cityCharacters: 30 }, { city: "x".repeat(31) }), 500);
    equal(await codes({}, { city: "x".repeat(31) }), 0);
    const japan = { store_name: "demo-JP", country: "日本", city: undefined, remark_for_packing: "ありがとう" };
    equal(await codes({}, japan), 0);
  });

  test("errors as one text, complaints beside a success, empty lists as null", async () => {
    await using lingxing = await openLingxing({ detailsForm: "text", complaint: "beside-success", emptyLists: "null" });
    const taken = await lingxing.create();
    deepEqual([taken.code, taken.error_details, taken.data], [0, "收件人电话格式不正确", null]);
    equal((await lingxing.create()).error_details, "订单号已经存在");
    lingxing.sandbox.configure("lingxing", { detailsForm: "list", complaint: "none" });
    const plain = await lingxing.create({ order_id: "2" });
    deepEqual([plain.error_details, plain.data], [null, null]);
  });
});

describe("Lingxing: look-ups", () => {
  test("productInformation knows an order by store and number, and by nothing else", async () => {
    await using lingxing = await openLingxing();
    await lingxing.create();
    const [row, ...more] = rows(await lingxing.said(DETAIL, detailOf("1000796")));
    deepEqual(more, []);
    deepEqual(
      [row?.["sid"], row?.["amazon_order_id"], row?.["order_status"], row?.["speed_category"]],
      [101, lingxing.orders()[0]?.id, "Processing", "标准配送"],
    );
    const [item] = itemsOf(row);
    deepEqual([item?.["msku"], item?.["quantity"], item?.["cancelled_quantity"]], ["DEMO-1", 1, 0]);
    for (const [id, sid] of [
      ["1000796", 102],
      ["100079", 101],
    ] as const) {
      deepEqual(rows(await lingxing.said(DETAIL, detailOf(id, sid))), []);
    }
    equal((await lingxing.said(DETAIL, { order_info: [] })).code, 102);
    equal(
      (await lingxing.said(DETAIL, { order_info: Array(201).fill({ sid: 1, seller_fulfillment_order_id: "1" }) })).code,
      102,
    );
  });

  for (const [unknownOrder, code, data] of [
    ["empty", 0, []],
    ["error", 500, null],
  ] as const) {
    test(`an unknown order: ${unknownOrder}`, async () => {
      await using lingxing = await openLingxing({ unknownOrder });
      const said = await lingxing.said(DETAIL, detailOf("1"));
      deepEqual([said.code, said.data], [code, data]);
    });
  }

  test("rows are whole, brief, or do not say which order they are", async () => {
    await using lingxing = await openLingxing({ rows: "brief" });
    await lingxing.create();
    const lines = [{ msku: "DEMO-1", quantity: 1 }];
    const unnamed = { order_status: "Processing", listing_detail_info: lines };
    deepEqual(rows(await lingxing.said(DETAIL, detailOf("1000796"))), [
      { sid: 101, seller_fulfillment_order_id: "1000796", ...unnamed },
    ]);
    lingxing.sandbox.configure("lingxing", { rows: "unnamed" });
    deepEqual(rows(await lingxing.said(DETAIL, detailOf("1000796"))), [unnamed]);
  });

  test("a field that a look-up does not have is refused", async () => {
    await using lingxing = await openLingxing();
    equal((await lingxing.said(DETAIL, { ...detailOf("1"), order_id: "1" })).code, 102);
    equal((await lingxing.said(LIST, { offset: 0, length: 20, start_date: "2026-02-30" })).code, 102);
  });

  test("they find an order after the delay", async () => {
    await using lingxing = await openLingxing({ readDelayMs: 60_000 });
    await lingxing.create();
    lingxing.clock.now += 59_999;
    deepEqual(rows(await lingxing.said(DETAIL, detailOf("1000796"))), []);
    lingxing.clock.now += 1;
    equal(rows(await lingxing.said(DETAIL, detailOf("1000796"))).length, 1);
  });

  for (const [statusCase, cancelledQuantity, status, quantity] of [
    ["Mixed", "kept", "Cancelled", 1],
    ["UPPER", "zero", "CANCELLED", 0],
  ] as const) {
    test(`cancelOrder cancels once: ${status}, quantity ${quantity}`, async () => {
      await using lingxing = await openLingxing({ statusCase, cancelledQuantity });
      await lingxing.create();
      const order = { sid: 101, seller_fulfillment_order_id: "1000796" };
      equal((await lingxing.said(CANCEL, { ...order, sid: 102 })).code, 500);
      equal((await lingxing.said(CANCEL, order)).code, 0);
      equal((await lingxing.said(CANCEL, order)).code, 500);
      const [row] = rows(await lingxing.said(DETAIL, detailOf("1000796")));
      const [item] = itemsOf(row);
      deepEqual([row?.["order_status"], item?.["quantity"], item?.["cancelled_quantity"]], [status, quantity, 1]);
      equal(lingxing.orders()[0]?.cancelled, true);
    });
  }

  test("orderList pages, and filters by store, status and day", async () => {
    await using lingxing = await openLingxing();
    for (let number = 1; number <= 3; number++) await lingxing.create({ order_id: String(number) });
    await lingxing.create({ order_id: "4", store_name: "demo-DE", country: "德国" });
    lingxing.sandbox.cancel("lingxing", lingxing.orders()[0]?.id ?? "");
    const list = async (filter: Record<string, unknown>) => {
      const { code, data } = await lingxing.said(LIST, { offset: 0, length: 20, ...filter });
      const { total, records } = (data ?? {}) as { total: number; records: Record<string, unknown>[] };
      return code === 0 ? [total, records.map((one) => one["seller_fulfillment_order_id"])] : code;
    };
    deepEqual(await list({}), [4, ["1", "2", "3", "4"]]);
    deepEqual(await list({ offset: 1, length: 2 }), [4, ["2", "3"]]);
    deepEqual(await list({ sids: [102] }), [1, ["4"]]);
    deepEqual(await list({ order_status: ["CANCELLED"] }), [1, ["1"]]);
    deepEqual(await list({ start_date: "2026-09-02" }), [0, []]);
    deepEqual(await list({ start_date: "2026-09-01", end_date: "2026-09-01" }), [4, ["1", "2", "3", "4"]]);
    for (const wrong of [
      { offset: undefined },
      { length: 1001 },
      { order_status: ["Cancelled"] },
      { start_date: "today" },
    ]) {
      equal(await list(wrong), 102, JSON.stringify(wrong));
    }
  });

  test("stores, marketplaces, regions and listings are what the connector asks for", async () => {
    await using lingxing = await openLingxing();
    const stores = rows(await lingxing.get(STORES));
    deepEqual(
      [stores[0]?.["sid"], stores[0]?.["name"], stores[0]?.["country"], stores[0]?.["status"]],
      [101, "demo-US", "美国", 1],
    );
    const codes = rows(await lingxing.get("/erp/sc/data/seller/allMarketplace")).map(({ code }) => code);
    deepEqual([codes.includes("UK"), codes.includes("GB")], [true, false]);
    const regions = async (country_code?: unknown) => lingxing.said("/erp/sc/data/worldState/lists", { country_code });
    deepEqual(rows(await regions("US"))[0], { country_code: "US", state_or_province_name: "Alabama", code: "AL" });
    deepEqual(rows(await regions("GB")), []);
    equal((await regions()).code, 102);
    const ask = { sid: "101,102", search_field: "seller_sku", exact_search: 1, is_delete: 0 };
    const listed = rows(await lingxing.said("/erp/sc/data/mws/listing", { ...ask, search_value: ["DEMO-1", "other"] }));
    deepEqual(
      listed.map(({ sid, seller_sku }) => [sid, seller_sku]),
      [
        [101, "DEMO-1"],
        [102, "DEMO-1"],
      ],
    );
    equal(
      (await lingxing.said("/erp/sc/data/mws/listing", { ...ask, search_value: Array(11).fill("DEMO-1") })).code,
      102,
    );
  });

  test("another sender's orders can be planted, and only such as Lingxing would take", async () => {
    await using lingxing = await openLingxing();
    lingxing.sandbox.plant("lingxing", lingxingOrder());
    equal(rows(await lingxing.said(DETAIL, detailOf("1000796"))).length, 1);
    throws(() => lingxing.sandbox.plant("lingxing", lingxingOrder({ receiver: "" })), RangeError);
    throws(() => lingxing.sandbox.cancel("lingxing", "S01-0-0"), RangeError);
  });
});

describe("Lingxing: its own faults", () => {
  for (const [fault, code] of [
    ["throttle-103", 103],
    ["signature-expired", "2001007"],
    ["token-missing", "2001003"],
    ["error-500-envelope", 500],
    ["service-missing", 400],
  ] as const) {
    test(`${fault}: ${code}, and no order exists`, async () => {
      await using lingxing = await openLingxing();
      lingxing.sandbox.setFault("lingxing", fault);
      equal((await lingxing.create()).code, code);
      deepEqual(lingxing.orders(), []);
      equal((await lingxing.create()).code, 0);
    });
  }

  test("a rejection quotes the buyer, as real ones do", async () => {
    await using lingxing = await openLingxing();
    lingxing.sandbox.setFault("lingxing", "reject");
    match((await lingxing.create()).error_details?.[0] ?? "", /jack.*123456@gmail\.com/);
  });
});
