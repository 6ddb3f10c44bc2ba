import { deepEqual, equal, match, notEqual, ok, throws } from "node:assert/strict";
import { describe, test } from "node:test";
import { call } from "../../support/sandbox-client.ts";
import { credentials, openAkinon, type Row, rowsOf } from "./akinon-calls.ts";
import documented from "./fixtures/akinon-created-sample.json" with { type: "json" };

const jsonOf = ({ json }: { json: unknown }) => json as Row;
const statusOf = async (came: Promise<{ status: number }>) => (await came).status;

describe("Akinon: login and keys", () => {
  test("a login answers with a key, bad credentials with a 400", async () => {
    await using akinon = await openAkinon();
    match(String(jsonOf(await akinon.login())["key"]), /^[0-9a-f]{40}$/);
    const wrong = await akinon.login({ ...credentials, password: "guess" });
    deepEqual(
      [wrong.status, jsonOf(wrong)],
      [400, { non_field_errors: ["Unable to log in with provided credentials."] }],
    );
    const half = await akinon.login({ username: "x" });
    deepEqual([half.status, jsonOf(half)], [400, { password: ["This field is required."] }]);
    equal((await akinon.login("{")).status, 400);
    equal(await statusOf(call(`${akinon.base}auth/login/`, { method: "GET" })), 405);
  });

  test("the prefix of a key is required or not, as switched", async () => {
    await using prefixed = await openAkinon();
    const key = prefixed.headers.authorization.slice(6);
    equal(await statusOf(prefixed.get("orders/")), 200);
    for (const authorization of [key, `Bearer ${key}`, "Token x", ""]) {
      const refused = await prefixed.get("orders/", { authorization });
      deepEqual([refused.status, refused.headers.get("www-authenticate")], [401, "Token"]);
    }
    await using plain = await openAkinon({ authorization: "plain" });
    equal(await statusOf(plain.get("orders/")), 200);
    equal(await statusOf(plain.get("orders/", { authorization: `Token ${plain.headers.authorization}` })), 401);
  });

  test("a key expires after its lifetime, or with expireTokens", async () => {
    await using akinon = await openAkinon({ tokenLifetimeSeconds: 60 });
    akinon.clock.now += 59_000;
    equal(await statusOf(akinon.get("orders/")), 200);
    akinon.clock.now += 1_000;
    equal(await statusOf(akinon.get("orders/")), 401);

    await using forever = await openAkinon();
    forever.clock.now += 10 * 365 * 86_400_000;
    equal(await statusOf(forever.get("orders/")), 200);
    forever.sandbox.expireTokens("akinon");
    equal(await statusOf(forever.get("orders/")), 401);
    notEqual(`Token ${jsonOf(await forever.login())["key"]}`, forever.headers.authorization);
  });

  test("a second login gets the same key, or its own", async () => {
    await using same = await openAkinon();
    equal(`Token ${jsonOf(await same.login())["key"]}`, same.headers.authorization);
    await using own = await openAkinon({ tokenPerLogin: "new" });
    notEqual(`Token ${jsonOf(await own.login())["key"]}`, own.headers.authorization);
    equal(await statusOf(own.get("orders/")), 200);
  });
});

describe("Akinon: Django", () => {
  test("a path without its final slash is redirected before any login, or answered with 404", async () => {
    await using akinon = await openAkinon();
    const moved = await akinon.post("create_orders?x=1", akinon.order());
    deepEqual([moved.status, moved.headers.get("location")], [301, "create_orders/?x=1"]);
    deepEqual(akinon.sandbox.orders("akinon"), []);
    equal(await statusOf(call(`${akinon.base}auth/login`, { body: credentials })), 301);
    await using strict = await openAkinon({ appendSlash: "not-found" });
    equal(await statusOf(strict.post("create_orders", strict.order())), 404);
  });

  test("unknown channels, resources and methods", async () => {
    await using akinon = await openAkinon();
    const { headers } = akinon;
    for (const path of ["channel/6/orders/", "channels/6/", "catalogs/1/", "channel/5/nothing/", "nothing/"]) {
      equal(await statusOf(call(`${akinon.base}${path}`, { headers })), 404, path);
    }
    equal(await statusOf(akinon.get("create_orders/")), 405);
    equal(await statusOf(akinon.post("orders/", {})), 405);
    equal(await statusOf(akinon.post("create_orders/", "a=1", { ...headers, "content-type": "text/plain" })), 415);
    const broken = await akinon.post("create_orders/", '{"order":');
    deepEqual([broken.status, Object.keys(jsonOf(broken))], [400, ["detail"]]);
  });

  test("lists are paged, or whole", async () => {
    await using akinon = await openAkinon();
    for (let number = 1; number <= 3; number++) await akinon.create(akinon.order({ number: String(number) }));
    const numbers = async (query: string) => rowsOf(await akinon.get(`orders/?${query}`)).map((row) => row["number"]);
    const page = jsonOf(await akinon.get("orders/?limit=2"));
    deepEqual([page["count"], page["previous"], typeof page["next"]], [3, null, "string"]);
    deepEqual(await numbers("limit=2&page=2"), ["3"]);
    deepEqual(await numbers("sort=-id"), ["3", "2", "1"]);
    const beyond = await akinon.get("orders/?limit=2&page=3");
    deepEqual([beyond.status, jsonOf(beyond)], [404, { detail: "Invalid page." }]);
    akinon.sandbox.configure("akinon", { lists: "plain" });
    equal(((await akinon.get("orders/?limit=2")).json as Row[]).length, 3);
  });

  test("a throttle that is switched on answers 429", async () => {
    await using akinon = await openAkinon();
    akinon.sandbox.configure("akinon", { bucketSize: 2 });
    const seen = [];
    for (let n = 0; n < 3; n++) seen.push((await akinon.get("orders/")).status);
    ok(seen.includes(429));
    akinon.clock.now += 5_000;
    equal(await statusOf(akinon.get("orders/")), 200);
  });
});

describe("Akinon: customers and addresses", () => {
  test("a customer is found by e-mail or code, and its code is unique", async () => {
    await using akinon = await openAkinon();
    equal(rowsOf(await akinon.get("customers/?email=zoe@example.invalid&channel=5")).length, 1);
    equal(rowsOf(await akinon.get("customers/?email=nobody@example.invalid")).length, 0);
    equal(rowsOf(await akinon.get("customers/?channel_code=or-1")).length, 1);
    const again = await akinon.post("customers/", { ...akinon.customer, email: "other@example.invalid" });
    deepEqual(
      [again.status, jsonOf(again)["channel_code"]],
      [400, ["customer with this channel code already exists."]],
    );
  });

  test("required fields of customers and addresses", async () => {
    await using akinon = await openAkinon();
    const refused = async (path: string, body: Row) => Object.keys(jsonOf(await akinon.post(path, body)));
    deepEqual(await refused("customers/", {}), ["email", "is_active", "channel_code", "code"]);
    for (const wrong of [
      { email: "x" },
      { first_name: "n".repeat(256) },
      { phone_number: "1".repeat(129) },
      { channel_code: "c".repeat(65) },
    ]) {
      deepEqual(await refused("customers/", { ...akinon.customer, ...wrong }), [...Object.keys(wrong), "code"]);
    }
    const limits = {
      line: 255,
      postcode: 64,
      notes: 512,
      company_name: 255,
      tax_office: 64,
      tax_no: 20,
      identity_number: 64,
      title: 128,
      phone_number: 128,
    };
    for (const [name, max] of Object.entries(limits)) {
      deepEqual(await refused("addresses/", { ...akinon.address, [name]: "9".repeat(max + 1) }), [name, "code"]);
    }
    for (const wrong of [{ country: 999 }, { city: 999 }, { township: 999 }, { district: 999 }, { customer: 999 }]) {
      const came = await akinon.post("addresses/", { ...akinon.address, ...wrong });
      deepEqual(jsonOf(came)[Object.keys(wrong)[0] ?? ""], ['Invalid pk "999" - object does not exist.']);
    }
    deepEqual(await refused("addresses/", { ...akinon.address, phone_number: "" }), ["phone_number", "code"]);
  });

  test("an existing address is refused with its hash, and the hash finds it", async () => {
    for (const nonFieldErrors of ["text", "list"] as const) {
      for (const duplicateAddressStatus of [400, 406] as const) {
        await using akinon = await openAkinon({ nonFieldErrors, duplicateAddressStatus });
        const again = await akinon.post("addresses/", akinon.address);
        equal(again.status, duplicateAddressStatus);
        const said = jsonOf(again)["non_field_errors"];
        equal(Array.isArray(said), nonFieldErrors === "list");
        const [, hash] = /^hash_data:([0-9a-f]{32}) /.exec(String(Array.isArray(said) ? said[0] : said)) ?? [];
        equal(rowsOf(await akinon.get(`addresses/?hash_data=${hash}`)).length, 1);
        equal(rowsOf(await akinon.get(`addresses/?hash_data=${"0".repeat(32)}`)).length, 0);
      }
    }
  });
});

describe("Akinon: geography", () => {
  test("any city of a known country exists, unless the geography is strict", async () => {
    await using open = await openAkinon();
    const [country] = rowsOf(await open.get("countries/?code__exact=us&is_active=true"));
    const city = async (akinon: typeof open, name: string) =>
      rowsOf(await akinon.get(`cities/?name__iexact=${encodeURIComponent(name)}&country=${country?.["pk"]}`));
    const [ottumwa] = await city(open, "Ottumwa");
    deepEqual((await city(open, "OTTUMWA"))[0], ottumwa);
    deepEqual(rowsOf(await open.get("cities/?name__iexact=Ottumwa&country=999")), []);
    deepEqual(rowsOf(await open.get("countries/?code__exact=aq")), []);

    await using strict = await openAkinon({ strictGeography: true });
    deepEqual(await city(strict, "Ottumwa"), []);
    equal((await city(strict, "new york")).length, 1);
    equal((await city(strict, "Springfield")).length, 2);
  });

  test("every country of the demo has places, down to the district", async () => {
    await using akinon = await openAkinon({ strictGeography: true });
    for (const [code, city, township] of [
      ["tr", "İstanbul", "Kadıköy"],
      ["us", "New York", "Manhattan"],
      ["de", "Berlin", "Mitte"],
      ["fr", "Orléans", "Centre"],
      ["gb", "London", "Westminster"],
    ]) {
      const at = async (path: string) => rowsOf(await akinon.get(path))[0]?.["pk"];
      const country = await at(`countries/?code__exact=${code}`);
      const cityKey = await at(`cities/?name__iexact=${city}&country=${country}`);
      ok(await at(`townships/?name__iexact=${township}&country=${country}&city=${cityKey}`), `${city}`);
    }
  });

  test("country codes have one spelling, and look-ups are case-sensitive", async () => {
    await using lower = await openAkinon();
    equal(rowsOf(await lower.get("countries/?code__exact=FR")).length, 0);
    await using upper = await openAkinon({ countryCodes: "upper" });
    equal(rowsOf(await upper.get("countries/?code__exact=FR")).length, 1);
    equal(rowsOf(await upper.get("countries/?code__exact=fr")).length, 0);
  });

  test("a mapped code leads to its place", async () => {
    await using akinon = await openAkinon({ strictGeography: true, mappedPlaces: { "5_Orleans": "Orléans" } });
    const mapped = (code: string) => akinon.get(`cities/?mapping__code__exact=${code}&country=4`);
    equal(rowsOf(await mapped("5_Orleans"))[0]?.["name"], "Orléans");
    deepEqual(rowsOf(await mapped("5_Orlean")), []);
  });
});

describe("Akinon: products and the channel's setup", () => {
  test("products are those whose SKU begins with DEMO-, by remote ID or SKU, as switched", async () => {
    await using akinon = await openAkinon();
    const actions = (query: string) => akinon.get(`integration_actions/?channel=5&${query}`);
    const found = rowsOf(await actions("content_type_name=product&remote_id__in=DEMO-A,DEMO-B,X-1"));
    deepEqual(found.map((row) => row["remote_id"]).toSorted(), ["DEMO-A", "DEMO-B"]);
    ok(found.every((row) => Number.isInteger(row["object_id"])));
    deepEqual(rowsOf(await actions("content_type_name=order&remote_id__in=DEMO-A")), []);
    equal(rowsOf(await akinon.get("products/?sku=DEMO-A")).length, 1);
    equal(rowsOf(await akinon.get("products/?sku=X-1")).length, 0);
    equal(rowsOf(await call(`${akinon.base}products/?sku=DEMO-A`, { headers: akinon.headers })).length, 1);

    akinon.sandbox.configure("akinon", { remoteIds: "none", skuFilter: false });
    deepEqual(rowsOf(await actions("content_type_name=product&remote_id__in=DEMO-A")), []);
    ok(rowsOf(await akinon.get("products/?sku=DEMO-A")).length > 1);
  });

  test("one cargo company or several, lists of the catalog, payment options", async () => {
    await using akinon = await openAkinon();
    const { headers } = akinon;
    deepEqual(
      rowsOf(await akinon.get("cargos/")).map((row) => row["erp_code"]),
      ["yurtici-kargo"],
    );
    akinon.sandbox.configure("akinon", { cargos: "several" });
    equal(rowsOf(await akinon.get("cargos/")).length, 3);
    const { catalog } = jsonOf(await call(`${akinon.base}channels/5/`, { headers }));
    const lists = jsonOf(await call(`${akinon.base}catalogs/${catalog}/`, { headers }));
    deepEqual(rowsOf(await akinon.get("price_lists/")), [{ pk: lists["price_list"] }]);
    deepEqual(rowsOf(await akinon.get("stock_lists/")), [{ pk: lists["stock_list"] }]);
    equal(rowsOf(await akinon.get("payment_options/")).length, 2);
  });
});

describe("Akinon: creating orders", () => {
  test("the document's sample, with keys that exist, is created with an answer of the document's fields", async () => {
    await using akinon = await openAkinon();
    const created = await akinon.create();
    equal(created.status, 201);
    const row = jsonOf(created);
    deepEqual(
      Object.keys(documented).filter((field) => !(field in row) && !NOT_SHOWN.has(field)),
      [],
    );
    deepEqual([row["number"], row["amount"], row["status"], row["pk"]], ["1234567890", "100.00", "400", 8001]);
  });

  test("what would do harm is refused: the sample's filler, unknown names, sums, fractions", async () => {
    await using akinon = await openAkinon();
    const harmful: [field: string, order: Row, item?: Row][] = [
      ["order.status", { status: "cancellation_waiting" }],
      ["order.status", { status: "500" }],
      ["order.refund_amount", { refund_amount: 10 }],
      ["order.is_send", { is_send: "x" }],
      ["order.gift_note", { gift_note: "Hi" }],
      ["order.amount", { amount: -100 }],
      ["order.shipping_tax_rate", { shipping_tax_rate: 0.19 }],
      ["order.currency", { currency: "zzz" }],
      ["order_item.0.tax_rate", {}, { tax_rate: 0.19 }],
      ["order_item.0.quantity", {}, { quantity: 3, total_price: 300 }],
      ["order_item.0.skuu", {}, { skuu: "x" }],
      ["non_field_errors", { amount: 1000 }],
      ["non_field_errors", {}, { total_price: 300 }],
    ];
    for (const [field, order, item] of harmful) {
      const came = await akinon.create(akinon.order(order, item));
      const named = field.split(".").reduce<unknown>((at, key) => Object(at)[key], jsonOf(came));
      deepEqual([came.status, named !== undefined], [400, true], `${field} ${came.text}`);
    }
    const { customer, address } = akinon;
    equal((await akinon.post("customers/", { ...customer, channel_code: "2", mail: "x" })).status, 400);
    equal((await akinon.post("addresses/", { ...address, streett: "x" })).status, 400);
    deepEqual(akinon.sandbox.orders("akinon"), []);
    akinon.sandbox.configure("akinon", { unknownFields: "ignored", sums: "unchecked" });
    equal((await akinon.create(akinon.order({ gift_note: "Hi", amount: 1000 }))).status, 201);
  });

  /** Fields of the document that no client sends, of systems we do not simulate. */
  const NOT_SHOWN = new Set(
    `payment_option,payment_option_slug,installment_count,installment_interest_amount,invoice_number,
    invoice_date,e_archive_url,refund_amount,discount_refund_amount,shipping_refund_amount,shipping_interest_amount,tracking_number,
    carrier_shipping_code,fundstransfertransaction_set,segment,checkout_provider_id,defined_tracking_url`.split(/,\s*/),
  );

  test("the channel of the body must be the path's, unless switched", async () => {
    await using akinon = await openAkinon();
    const other = akinon.order({ channel: 1 });
    deepEqual(Object(jsonOf(await akinon.create(other))["order"]).channel, ['Invalid pk "1" - object does not exist.']);
    akinon.sandbox.configure("akinon", { channelMustMatch: false });
    equal((await akinon.create(other)).status, 201);
  });

  test("every field of the wrong kind is named in a 400, and nothing is created", async () => {
    await using akinon = await openAkinon();
    const wrongOrder: Row = {
      number: "n".repeat(129),
      status: "bought",
      date_placed: "yesterday",
      customer: 1,
      shipping_address: 1,
      billing_address: "x",
      currency: "TRY",
      amount: "ten",
      shipping_amount: 1.234,
      net_shipping_amount: {},
      shipping_tax_rate: null,
      discount_amount: [],
      extra_field: "x",
      cargo_company: 9,
      remote_addr: "0.0.0",
      has_gift_box: "yes",
      gift_box_note: "g".repeat(161),
      notes: "n".repeat(321),
      delivery_range: { start: "2026-01-01T00:00:00Z" },
      shipping_option_slug: "not a slug",
      payment_option: 9,
    };
    for (const [field, value] of Object.entries(wrongOrder)) {
      const came = await akinon.create(akinon.order({ [field]: value }));
      deepEqual([came.status, Object.keys(Object(jsonOf(came)["order"]))], [400, [field]], field);
    }
    const wrongItem: Row = {
      product: 1,
      status: "bought",
      price_currency: "TRY",
      price: "x",
      quantity: 0,
      unit_price: 0.001,
      total_price: null,
      tax_rate: "x",
      tax_amount: {},
      discount_amount: "x",
      retail_price: "x",
      price_list: 1,
      stock_list: 1,
      attributes: [],
      extra_field: 1,
      estimated_delivery_date: "2026-01-01T00:00:00Z",
      datasource: "x",
    };
    for (const [field, value] of Object.entries(wrongItem)) {
      const came = await akinon.create(akinon.order({}, { [field]: value }));
      const errors = jsonOf(came)["order_item"];
      const [first] = Object.values(Object(errors));
      deepEqual([came.status, Object.keys(Object(first))], [400, [field]], field);
    }
    for (const body of [
      [],
      {},
      { order: {} },
      { ...akinon.order(), order_item: [] },
      { ...akinon.order(), order_item: {} },
    ]) {
      equal((await akinon.create(body)).status, 400);
    }
    deepEqual(akinon.sandbox.orders("akinon"), []);
  });

  test("a switch decides which fields are required", async () => {
    const without = (body: ReturnType<typeof bodyOf>, part: "order" | "order_item", field: string) => {
      const copy = structuredClone(body) as { order: Row; order_item: Row[] };
      delete (part === "order" ? copy.order : (copy.order_item[0] ?? {}))[field];
      return copy;
    };
    const bodyOf = (akinon: Awaited<ReturnType<typeof openAkinon>>) => akinon.order();
    for (const [required, refused, taken] of [
      [
        "app",
        [
          ["order", "amount"],
          ["order_item", "price"],
        ],
        [
          ["order_item", "quantity"],
          ["order_item", "total_price"],
        ],
      ],
      [
        "openapi",
        [
          ["order_item", "quantity"],
          ["order_item", "unit_price"],
        ],
        [
          ["order", "amount"],
          ["order_item", "price"],
        ],
      ],
      [
        "both",
        [
          ["order", "amount"],
          ["order_item", "quantity"],
        ],
        [["order", "notes"]],
      ],
    ] as const) {
      await using akinon = await openAkinon({ required, duplicates: "accept" });
      for (const [part, field] of refused)
        equal((await akinon.create(without(bodyOf(akinon), part, field))).status, 400, `${required} ${field}`);
      for (const [part, field] of taken)
        equal((await akinon.create(without(bodyOf(akinon), part, field))).status, 201, `${required} ${field}`);
    }
  });

  test("status is accepted as code or name, or only one of them", async () => {
    const taken = async (statusWords: "both" | "codes" | "names") => {
      await using akinon = await openAkinon({ statusWords, duplicates: "accept" });
      const statuses = [];
      for (const status of ["400", 400, "approved"]) {
        statuses.push((await akinon.create(akinon.order({ status }, { status }))).status);
      }
      return statuses;
    };
    deepEqual(await taken("both"), [201, 201, 201]);
    deepEqual(await taken("codes"), [201, 201, 400]);
    deepEqual(await taken("names"), [400, 400, 201]);
  });

  test("amounts may have as many digits as switched", async () => {
    await using akinon = await openAkinon({ duplicates: "accept" });
    equal((await akinon.create(akinon.order({ amount: 100.005 }))).status, 400);
    equal((await akinon.create(akinon.order({ amount: "100.00" }))).status, 201);
    akinon.sandbox.configure("akinon", { decimalPlaces: 3 });
    equal((await akinon.create(akinon.order({ amount: 100.005 }))).status, 201);
  });

  test("an order number that already exists", async () => {
    await using akinon = await openAkinon();
    await akinon.create();
    const again = async (switches: object) => {
      akinon.sandbox.configure("akinon", switches);
      return akinon.create();
    };
    const field = await again({});
    deepEqual([field.status, Object.keys(Object(jsonOf(field)["order"]))], [406, ["number"]]);
    const text = await again({ duplicateBody: "text" });
    deepEqual([text.status, typeof jsonOf(text)["detail"]], [406, "string"]);
    const set = await again({ duplicates: "400" });
    deepEqual(
      [set.status, jsonOf(set)["non_field_errors"]],
      [400, "The fields channel, number must make a unique set."],
    );
    equal(akinon.sandbox.orders("akinon").length, 1);
    equal((await again({ duplicates: "accept" })).status, 201);
    equal(akinon.sandbox.orders("akinon").length, 2);
    const old = await again({ duplicates: "answer-cancelled" });
    deepEqual([old.status, jsonOf(old)["status"]], [201, "100"]);
  });

  test("the answer's shape is switched: key, status, amounts, HTTP status", async () => {
    const answered = async (settings: object) => {
      await using akinon = await openAkinon(settings);
      const came = await akinon.create(akinon.order({ status: "400" }));
      const { pk, id, status, amount } = jsonOf(came);
      return [came.status, typeof pk, typeof id, status, amount];
    };
    deepEqual(await answered({}), [201, "number", "undefined", "400", "100.00"]);
    deepEqual(await answered({ keyField: "id" }), [201, "undefined", "number", "400", "100.00"]);
    deepEqual(await answered({ createdKey: false }), [201, "undefined", "undefined", "400", "100.00"]);
    deepEqual(await answered({ successStatus: 200, money: "number" }), [200, "number", "undefined", "400", 100]);
    deepEqual((await answered({ statusShape: "name" }))[3], "approved");
    deepEqual((await answered({ statusShape: "labelled" }))[3], { value: "400", label: "approved" });
  });
});

describe("Akinon: existing orders", () => {
  test("are found by number, unless the filter is off", async () => {
    await using akinon = await openAkinon();
    await akinon.create(akinon.order({ number: "A-1" }));
    await akinon.create(akinon.order({ number: "A-10" }));
    const found = async () => rowsOf(await akinon.get("orders/?number=A-1&channel_id=5")).map((row) => row["number"]);
    deepEqual(await found(), ["A-1"]);
    akinon.sandbox.configure("akinon", { numberFilter: false });
    deepEqual(await found(), ["A-1", "A-10"]);
  });

  test("have items of one unit, or with their quantity", async () => {
    await using akinon = await openAkinon({ itemQuantity: "counted-as-one" });
    const three = akinon.order({ amount: 300 }, { quantity: 3, total_price: 300 });
    const { pk } = jsonOf(await akinon.create(three));
    await akinon.create(akinon.order({ number: "other" }));
    const items = async () => rowsOf(await akinon.get(`order_items/?order=${pk}&sort=id`));
    deepEqual(
      (await items()).map((row) => [row["order"], row["quantity"], row["unit_price"]]),
      [[pk, undefined, "100.00"]],
    );
    akinon.sandbox.configure("akinon", { itemQuantity: "kept" });
    deepEqual(
      (await items()).map((row) => row["quantity"]),
      [3],
    );
  });

  test("can be cancelled by an item, by the API, by the staff", async () => {
    await using akinon = await openAkinon();
    const body = akinon.order({ amount: 200 });
    const { pk } = jsonOf(await akinon.create({ ...body, order_item: [...body.order_item, ...body.order_item] }));
    const [item] = rowsOf(await akinon.get(`order_items/?order=${pk}`));
    const one = await akinon.post(`orders/${pk}/cancel/`, { order: pk, cancel_items: [item?.["pk"]], reasons: {} });
    notEqual(jsonOf(one)["status"], "100");
    equal(jsonOf(await akinon.post(`orders/${pk}/cancel/`, { order: pk, reasons: {} }))["status"], "100");
    equal(akinon.sandbox.orders("akinon")[0]?.cancelled, true);
    equal(await statusOf(akinon.post("orders/1/cancel/", {})), 404);

    const second = jsonOf(await akinon.create(akinon.order({ number: "second" })));
    akinon.sandbox.cancel("akinon", String(second["pk"]));
    equal(rowsOf(await akinon.get("orders/?number=second"))[0]?.["status"], "100");
    throws(() => akinon.sandbox.cancel("akinon", "1"), RangeError);
  });

  test("are listed by the sandbox with number and body; another sender's order can be planted", async () => {
    await using akinon = await openAkinon();
    const body = akinon.order();
    await akinon.create(body);
    const planted = akinon.sandbox.plant("akinon", akinon.order({ number: "theirs", customer: 1 }), akinon.clock.now);
    deepEqual(akinon.sandbox.orders("akinon"), [
      {
        id: "8001",
        reference: "1234567890",
        request: JSON.parse(JSON.stringify(body)),
        createdAt: "2026-09-01T12:00:00.000Z",
      },
      {
        id: planted,
        reference: "theirs",
        request: akinon.order({ number: "theirs", customer: 1 }),
        createdAt: "2026-09-01T12:00:00.000Z",
      },
    ]);
    throws(() => akinon.sandbox.plant("akinon", {}), RangeError);
    akinon.sandbox.reset("akinon");
    deepEqual(akinon.sandbox.orders("akinon"), []);
    // Values that clients may have cached remain.
    equal((await akinon.create(body)).status, 201);
  });

  test("a rejected order is answered with the buyer's address, as real servers do", async () => {
    await using akinon = await openAkinon();
    akinon.sandbox.setFault("akinon", "reject");
    const came = await akinon.create();
    equal(came.status, 400);
    match(came.text, /7 rue Rabelais/);
    akinon.sandbox.setFault("akinon", "service-406");
    equal((await akinon.create()).status, 406);
    deepEqual(akinon.sandbox.orders("akinon"), []);
  });
});
