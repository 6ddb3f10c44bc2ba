import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { openApi } from "../../functions/providers/shoplazza/api.ts";
import { shoplazza } from "../../functions/providers/shoplazza/index.ts";
import { Secret, Settings } from "../../functions/providers/shoplazza/settings.ts";
import { variantOf } from "../../local/simulators/providers/shoplazza/products.ts";
import { Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import type { Address, Order } from "../../shared/order.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { openClient } from "./shoplazza-client.ts";

const [tee, mug] = [variantOf("DEMO-TEE-M"), variantOf("DEMO-MUG")];
const addressed = (changes: Partial<Address>, more: Partial<Order> = {}) =>
  outgoingSample({ shippingAddress: { ...orderSample.shippingAddress, ...changes }, ...more });

describe("the create's body", () => {
  test("fields that either column requires are there for the barest order, and both columns take it", async () => {
    for (const required of ["document", "specification"] as const) {
      await using shop = await openClient({ simulator: { required } });
      const { id, placedAt, updatedAt, currency, lines } = orderSample;
      const bare: Order = {
        ...{ id, placedAt, updatedAt, currency, financialState: "pending" },
        lines: lines.slice(1, 2).map(({ id: line, sku, quantity }) => ({ id: line, sku, quantity })),
        shippingAddress: {
          ...{ name: "Zoé", street1: "7 rue Rabelais", city: "Orléans", country: "FR", email: "zoe@example.invalid" },
          ...{ province: "Centre-Val de Loire", provinceCode: "CVL" },
        },
      };
      const body = await shop.bodyOf({ ...outgoingSample(), order: bare, lines: bare.lines });
      deepEqual(
        [body["discount"], body["tax_total"], body["shipping_line"]],
        ["0.00", "0.00", { name: "Standard Shipping", shipping_price: "0.00" }],
      );
      deepEqual([body["order_status"], body["financial_status"]], ["opened", "waiting"]);
      equal((body["shipping_address"] as { last_name: string }).last_name, "Zoé");
    }
  });

  test("what the documents contradict is switched", async () => {
    await using shop = await openClient({
      settings: {
        lineItemsName: "LineItems",
        documentFields: false,
        provinceCode: "with-country",
        taxTotal: "zero-if-included",
        lineProperties: "custom_properties",
        coordinates: "text",
        orderTags: false,
      },
      simulator: { lineItems: "LineItems", required: "specification" },
    });
    const body = await shop.bodyOf();
    const [item] = body["LineItems"] as { custom_properties: unknown }[];
    deepEqual(item?.custom_properties, [
      { name: "engraving", value: "À Zoé ♥" },
      { name: "colour", value: "black" },
    ]);
    for (const field of ["line_items", "created_at", "updated_at", "order_status", "financial_status"]) {
      equal(field in body, false, field);
    }
    const address = body["shipping_address"] as Record<string, unknown>;
    deepEqual(
      [address["province_code"], address["latitude"], address["longitude"]],
      ["FR-CVL", "47.902964", "1.909251"],
    );
    deepEqual([body["tax_total"], body["tags"]], ["0.00", ["ext:SHO1-820982911946154508"]]);
    equal(String(body["note"]).includes("engraving"), false);
  });

  test("statuses in the specification's words or the document's", async () => {
    for (const [statusWords, paid, unpaid] of [
      ["specification", ["placed", "paid"], ["opened", "waiting"]],
      ["document", ["pending", "paid"], ["pending", "unpaid"]],
    ] as const) {
      await using shop = await openClient({ settings: { statusWords }, simulator: { statusWords } });
      for (const [financialState, words] of [
        ["paid", paid],
        ["pending", unpaid],
      ] as const) {
        const body = await shop.bodyOf(outgoingSample({ financialState }));
        deepEqual([body["order_status"], body["financial_status"]], words);
      }
    }
  });

  test("coordinates as numbers where the specification is right", async () => {
    await using shop = await openClient({ settings: { coordinates: "number" } });
    const { latitude } = (await shop.bodyOf())["shipping_address"] as { latitude: unknown };
    equal(latitude, 47.902964);
  });

  test("payment_line says COD for cash on delivery, and is absent for anything else", async () => {
    await using shop = await openClient();
    equal("payment_line" in (await shop.bodyOf()), false);
    equal(
      (await shop.bodyOf(outgoingSample({ amountDue: "69.47", financialState: "pending" })))["payment_line"],
      "COD",
    );
  });

  test("no tag but ours looks like our mark, and the mark is the note's first word however long the rest is", async () => {
    await using shop = await openClient();
    const order = outgoingSample({ tags: ["ext:SHO1-1", "a,b", " vip "], note: "x".repeat(5_000) });
    const body = await shop.bodyOf(order);
    deepEqual(body["tags"], ["ext:SHO1-820982911946154508", "a", "b", "vip"]);
    const note = String(body["note"]);
    ok(note.startsWith("ext:SHO1-820982911946154508\n") && note.length <= 1_000, note.slice(0, 60));
  });

  test("a tax number is sent to Brazil, where the shop has a field for it", async () => {
    await using shop = await openClient();
    const brazil = { country: "BR", province: "São Paulo", provinceCode: "SP" };
    const taxIds = [{ type: "national" as const, value: "123.456.789-09" }];
    const { cpf, country } = (await shop.bodyOf(addressed(brazil, { taxIds })))["shipping_address"] as {
      cpf?: string;
      country: string;
    };
    deepEqual([cpf, country], ["123.456.789-09", "Brazil"]);
  });
});

describe("what the shop has no field for", () => {
  const noteOf = async (changes: Partial<Order>, more = {}) => {
    await using shop = await openClient(more);
    return String((await shop.bodyOf(outgoingSample(changes)))["note"]).split("\n");
  };

  test("tax numbers and a gift without words go into the note; Brazil's number has its field", async () => {
    const taxIds = [
      { type: "vat" as const, value: "GB123456789" },
      { type: "ioss" as const, value: "IM2760000742" },
      { type: "eori" as const, value: "GB123456789000" },
      { type: "national" as const, value: "10000000146" },
      { type: "tax-office" as const, value: "Kadıköy" },
    ];
    const note = await noteOf({ taxIds, gift: true, giftMessage: " " });
    for (const line of [
      "VAT: GB123456789",
      "IOSS: IM2760000742",
      "EORI: GB123456789000",
      "Tax number: 10000000146",
      "Tax office: Kadıköy",
      "Gift",
    ]) {
      ok(note.includes(line), line);
    }
    const brazil = { ...orderSample.shippingAddress, country: "BR", province: "São Paulo", provinceCode: "SP" };
    const national = taxIds.filter(({ type }) => type === "national");
    equal(
      (await noteOf({ taxIds: national, shippingAddress: brazil })).some((line) => line.includes("Tax")),
      false,
    );
    equal((await noteOf({ gift: true, giftMessage: "Hi" })).includes("Gift"), false);
  });

  test("properties that a shop system hides stay here", async () => {
    const lines = orderSample.lines.slice(1, 2).map((line) => ({
      ...line,
      properties: [
        { name: "_internal", value: "secret" },
        { name: "Line", value: "A" },
        { name: "Line", value: "B" },
      ],
    }));
    const note = await noteOf({ lines });
    deepEqual(
      note.filter((line) => line.startsWith("DEMO-MUG")),
      ["DEMO-MUG: Line = A", "DEMO-MUG: Line = B"],
    );
    await using shop = await openClient({ settings: { lineProperties: "custom_properties" } });
    const [item] = (await shop.bodyOf(outgoingSample({ lines })))["line_items"] as { custom_properties: object[] }[];
    deepEqual(item?.custom_properties, [
      { name: "Line", value: "A" },
      { name: "Line", value: "B" },
    ]);
  });

  test("a complaint beside a success is recorded", async () => {
    await using shop = await openClient({ simulator: { complaints: true } });
    const { complaint, providerOrderIds } = await shop.create();
    deepEqual([complaint, providerOrderIds.length], ['["The e-mail to the buyer could not be sent."]', 1]);
  });
});

describe("provinces and countries", () => {
  const bare = { province: undefined, provinceCode: undefined };
  const sentTo = async (changes: Partial<Address>, options: Parameters<typeof openClient>[0] = {}) => {
    await using shop = await openClient(options);
    const { country, province, province_code } = (await shop.bodyOf(addressed(changes)))["shipping_address"] as Record<
      string,
      unknown
    >;
    return [country, province, province_code];
  };

  for (const [country, name] of [
    ["DE", "Germany"],
    ["PL", "Poland"],
    ["HK", "Hong Kong"],
    ["UA", "Ukraine"],
    ["GB", "United Kingdom"],
  ] as const) {
    test(`${country} has no provinces: an order is created without one, and without a setting`, async () => {
      deepEqual(await sentTo({ country, ...bare }), [name, "-", "-"]);
      const withCountry = { settings: { provinceCode: "with-country" } };
      deepEqual(await sentTo({ country, ...bare }, withCountry), [name, "-", "-"], "never GB--");
    });
  }

  test("the word is a setting, missing comes before it, and a country that has provinces needs one", async () => {
    deepEqual(await sentTo({ country: "DE", ...bare }, { settings: { noProvince: "none" } }), [
      "Germany",
      "none",
      "none",
    ]);
    const missing = { province: "Other", provinceCode: "OT" };
    deepEqual(await sentTo({ country: "DE", ...bare }, { missing }), ["Germany", "Other", "OT"]);
    deepEqual(await sentTo({ country: "US", ...bare }, { missing }), ["United States", "Other", "OT"]);
    const refused = [
      [{ country: "US" }, {}],
      [{ country: "US" }, { missing: { province: "-", provinceCode: "-" } }],
      [{ country: "DE" }, { settings: { provinceRequired: ["DE"] } }],
      [{ country: "DE" }, { settings: { provinceRequired: ["*"] } }],
    ] as const;
    for (const [changes, options] of refused) {
      await using shop = await openClient(options);
      await rejects(shop.client.prepare(addressed({ ...changes, ...bare })), /no province.*missing\.province/);
    }
  });

  test("an order's own code keeps its country, once", async () => {
    const withCountry = { settings: { provinceCode: "with-country" } };
    for (const provinceCode of ["NM", "US-NM", "us-NM"]) {
      deepEqual((await sentTo({ country: "US", province: "New Mexico", provinceCode }, withCountry))[2], "US-NM");
    }
  });

  test("countries are named as shops do, not as ICU does, and a setting names them otherwise", async () => {
    const nameOf = async (country: string, settings = {}) => (await sentTo({ country, ...bare }, { settings }))[0];
    deepEqual(await Promise.all(["TR", "HK", "MM", "CD", "CI", "TT", "KN"].map((country) => nameOf(country))), [
      ...["Turkey", "Hong Kong", "Myanmar", "Democratic Republic of the Congo", "Côte d'Ivoire"],
      ...["Trinidad and Tobago", "Saint Kitts and Nevis"],
    ]);
    await using shop = await openClient({
      simulator: { values: "unchecked" },
      settings: { countryNames: { TR: "Türkiye" } },
    });
    const { country } = (await shop.bodyOf(addressed({ country: "TR", ...bare })))["shipping_address"] as {
      country: string;
    };
    equal(country, "Türkiye");
  });
});

describe("cash on delivery", () => {
  const cash = (changes: Partial<Order>, reference: string) => {
    const lines = orderSample.lines.slice(1, 2).map(({ taxes: _, ...line }) => line);
    return outgoingSample(
      { lines, shipping: undefined, tax: undefined, discount: undefined, total: "7.50", ...changes },
      reference,
    );
  };

  test("is what is owed: nothing of a paid order, all of an unpaid one, and no part", async () => {
    await using shop = await openClient();
    equal("payment_line" in (await shop.bodyOf(cash({ amountDue: "7.50", financialState: "paid" }, "SHO1-1"))), false);
    const unpaid = await shop.bodyOf(cash({ amountDue: "7.50", financialState: "pending" }, "SHO1-2"));
    equal(unpaid["payment_line"], "COD");
    await rejects(
      shop.client.prepare(cash({ amountDue: "2.50", financialState: "partially-paid" }, "SHO1-3")),
      /^Rejected: On delivery 2\.50 of 7\.50 EUR is due, and shoplazza\/demo can only collect all of an order/,
    );
    const noTotal = { total: undefined, financialState: "partially-paid" as const };
    await rejects(shop.client.prepare(cash({ ...noTotal, amountDue: "2.50" }, "SHO1-4")), /On delivery 2\.50/);
  });

  test("of an order that is divided, each destination collects its share", async () => {
    await using shop = await openClient();
    const whole = outgoingSample({ amountDue: "69.47", financialState: "pending" });
    const part = { ...whole, lines: whole.lines.slice(1) };
    equal((await shop.bodyOf(part))["payment_line"], "COD");
  });
});

describe("lists of the shop", () => {
  test("of variants may be null, and an unknown SKU is rejected all the same", async () => {
    await using shop = await openClient({ simulator: { emptyLists: "null" } });
    const lines = orderSample.lines.map((line) => ({ ...line, sku: "NOBODYS" }));
    await rejects(
      shop.client.prepare(outgoingSample({ lines })),
      /^Rejected: SKU NOBODYS is unknown to shoplazza\/demo/,
    );
  });

  test("may show other variants that cannot be read; the one that is meant must be", async () => {
    await using shop = await openClient();
    const secret = Secret.parse({ baseUrl: `${shop.sandbox.url}/shoplazza`, token: "spz-demo-token" });
    const account = { destination: "shoplazza/demo", settings: Settings.parse({}), secret, missing: {} };
    const variantsOf = (variants: unknown) => {
      const answer = { status: 200, headers: {}, text: JSON.stringify({ variants }) };
      return openApi(account, { ...shop.tools, http: async () => answer }).variantsBySku("DEMO-1");
    };
    const meant = { id: 7, product_id: "p", sku: "DEMO-1", price: 5 };
    deepEqual(
      (await variantsOf([null, { sku: "x" }, { id: {}, sku: 3 }, meant])).map(({ id, product_id }) => [id, product_id]),
      [["7", "p"]],
    );
    await rejects(variantsOf([{ sku: "DEMO-1" }]), Unavailable);
  });
});

describe("what the order lacks", () => {
  test("comes from the destination's defaults", async () => {
    const missing = { email: "shop@example.invalid", lastName: "Customer", province: "None", provinceCode: "NA" };
    await using shop = await openClient({ missing });
    const unnamed = { name: undefined, firstName: undefined, lastName: undefined };
    const bare = { ...unnamed, company: undefined, email: undefined };
    const body = await shop.bodyOf(
      addressed({ ...bare, province: undefined, provinceCode: undefined }, { buyer: undefined }),
    );
    const address = body["shipping_address"] as Record<string, unknown>;
    deepEqual(
      ["email", "last_name", "province", "province_code", "first_name"].map((field) => address[field]),
      ["shop@example.invalid", "Customer", "None", "NA", undefined],
    );
  });

  test("a company without a person is the last name", async () => {
    await using shop = await openClient();
    const unnamed = { name: undefined, firstName: undefined, lastName: undefined };
    const body = await shop.bodyOf(addressed(unnamed, { buyer: undefined, id: "2" }));
    equal((body["shipping_address"] as { last_name: string }).last_name, "Atelier Lefèvre");
  });

  test("the buyer's e-mail and phone stand in for the address's", async () => {
    await using shop = await openClient();
    const body = await shop.bodyOf(addressed({ email: undefined, phone: undefined }));
    const { email, phone } = body["shipping_address"] as { email: string; phone: string };
    deepEqual([email, phone], ["zoe@example.invalid", "07 82 24 67 93"]);
  });

  for (const [field, changes, says] of [
    [
      "province code",
      { country: "US", provinceCode: undefined },
      /no province code.*shoplazza\/demo.*missing\.provinceCode/,
    ],
    ["e-mail", { email: undefined }, /no e-mail address.*shoplazza\/demo.*missing\.email/],
    ["street", { street1: " ", street2: "" }, /no street.*shoplazza\/demo.*add it to the order/],
    ["city", { city: undefined }, /no city.*missing\.city/],
    ["country", { country: undefined }, /no country/],
  ] as const) {
    test(`without a default, no ${field} rejects the delivery in one sentence`, async () => {
      await using shop = await openClient();
      const outgoing = addressed(changes, { buyer: undefined });
      await rejects(shop.client.prepare(outgoing), (error: unknown) => {
        ok(error instanceof Rejected);
        match(error.reason, says);
        return true;
      });
      deepEqual(shop.held(), []);
    });
  }

  test("a street in the second line alone is the street", async () => {
    await using shop = await openClient();
    for (const street1 of [undefined, "", " "]) {
      const body = await shop.bodyOf(addressed({ street1, street2: "7 rue Rabelais" }));
      const { address, address1 } = body["shipping_address"] as { address: string; address1?: string };
      deepEqual([address, address1], ["7 rue Rabelais", undefined]);
    }
  });

  test("an order without an address is rejected too", async () => {
    await using shop = await openClient();
    await rejects(shop.client.prepare(outgoingSample({ shippingAddress: null })), Rejected);
  });
});

describe("products", () => {
  test("are looked up by SKU once and remembered", async () => {
    await using shop = await openClient();
    await shop.create();
    await shop.client.prepare(outgoingSample({}, "SHO1-2"));
    equal(shop.calls("GET", /\/products\/sku\//).length, 2);
  });

  test("the catalog's IDs come first, then the look-up under its SKU or variant", async () => {
    await using shop = await openClient({
      entries: {
        "DEMO-TEE-M": { productId: mug.product_id, variantId: mug.id },
        "DEMO-MUG": { providerSku: "DEMO-TEE-M", packSize: 1 },
      },
    });
    const prepared = await shop.client.prepare(outgoingSample());
    deepEqual(
      prepared.lines.map(({ product }) => product),
      [mug.id, tee.id],
    );
    equal(shop.calls("GET", /\/products\/sku\//).length, 1);

    await using other = await openClient({ entries: { "DEMO-TEE-M": { variantId: mug.id } } });
    await rejects(other.client.prepare(outgoingSample()), /no variant .* correct the catalog/);
    await other.tools.http({
      method: "GET",
      url: `${other.sandbox.url}/shoplazza/openapi/2022-01/products/sku/DEMO-MUG/variants`,
      headers: { "access-token": "spz-demo-token" },
    });
    const [first] = (await other.client.prepare(outgoingSample())).lines;
    equal(first?.product, mug.id);
  });

  test("pieces are counted in the catalog's packs, whole ones only", async () => {
    const packs = (packSize: number) => ({ "DEMO-TEE-M": { providerSku: "DEMO-TEE-M", packSize } });
    await using shop = await openClient({ entries: packs(2) });
    const { lines } = await shop.client.prepare(outgoingSample());
    deepEqual([lines[0]?.quantity, lines[1]?.quantity], [1, 1]);
    await using other = await openClient({ entries: packs(3) });
    await rejects(other.client.prepare(outgoingSample()), /DEMO-TEE-M.*packs of 3/);
  });

  test("of several hits the exact SKU counts; several exact ones are for a person", async () => {
    await using shop = await openClient({ simulator: { skuSearch: "loose" } });
    equal((await shop.client.prepare(outgoingSample())).lines[0]?.product, tee.id);
    await using twins = await openClient({ simulator: { skuSearch: "twins" } });
    await rejects(twins.client.prepare(outgoingSample()), /SKU DEMO-TEE-M names 2 variants in shoplazza\/demo/);
  });

  test("a line without SKU is named by its ID", async () => {
    await using shop = await openClient();
    const lines = orderSample.lines.map((line) => ({ ...line, id: "4711", sku: " " }));
    await rejects(
      shop.client.prepare(outgoingSample({ lines })),
      /Line 4711 .* of the order has no SKU, by which shoplazza\/demo/,
    );
  });

  for (const unknownSku of ["empty", "404"] as const) {
    test(`an SKU the shop does not have (${unknownSku}) is named with the destination`, async () => {
      await using shop = await openClient({ simulator: { unknownSku } });
      const lines = orderSample.lines.map((line) => ({ ...line, sku: "NOBODYS" }));
      await rejects(shop.client.prepare(outgoingSample({ lines })), (error: unknown) => {
        ok(error instanceof Rejected);
        match(error.reason, /SKU NOBODYS is unknown to shoplazza\/demo/);
        return true;
      });
    });
  }

  test("SKUs that look like paths are looked up as SKUs", async () => {
    await using shop = await openClient();
    for (const sku of ["DEMO-A/B", "DEMO-?x=#%20", "DEMO-é"]) {
      const lines = orderSample.lines.slice(1, 2).map((line) => ({ ...line, sku }));
      equal((await shop.client.prepare(outgoingSample({ lines }))).lines[0]?.sku, sku);
    }
    for (const sku of ["..", ".", " "]) {
      const lines = orderSample.lines.slice(1, 2).map((line) => ({ ...line, sku }));
      await rejects(shop.client.prepare(outgoingSample({ lines })), Rejected);
    }
  });

  test("an address that answers 404 with a page is a wrong address, not an unknown SKU", async () => {
    await using shop = await openClient();
    const client = shoplazza.open(
      {
        destination: "shoplazza/demo",
        settings: Settings.parse({}),
        secret: { baseUrl: `${shop.sandbox.url}/unknown`, token: "x" },
        missing: {},
      },
      shop.tools,
    );
    await rejects(client.prepare(outgoingSample()), Misconfigured);
  });

  test("IDs that the shop no longer takes are looked up again", async () => {
    await using shop = await openClient();
    const { error } = await shop.failed("422-3-line-items");
    ok(error instanceof Rejected);
    await shop.create();
    equal(shop.calls("GET", /\/products\/sku\//).length, 4);
  });
});

describe("an order that was created", () => {
  for (const wrapped of [false, true]) {
    test(`is read ${wrapped ? "wrapped" : "bare"}`, async () => {
      await using shop = await openClient({ simulator: { wrapped } });
      const { providerOrderIds, followUp } = await shop.create();
      deepEqual([providerOrderIds, followUp], [["11218-00000001"], undefined]);
    });
  }

  test("reports a total of the shop that differs from ours, and only that", async () => {
    await using shop = await openClient();
    // 2 × 19.99 + 7.50 − 2.00 + 2.57 of ours; 3 × 19.99 there.
    deepEqual((await shop.create()).notes, ["The shop's total is 60.54 EUR, ours 48.05."]);
    deepEqual(shop.counted, ["price-difference"]);
    const lines = orderSample.lines.slice(0, 1).map(({ quantityToShip: _, taxes: __, ...line }) => line);
    const whole = outgoingSample({ lines, total: "61.97", discount: "3.00", tax: "0" }, "SHO1-2");
    deepEqual((await shop.create(whole)).notes, []);
    equal(shop.counted.length, 1);
    equal((await shop.create(outgoingSample({ currency: "USD" }, "SHO1-3"))).notes?.length, 1);
  });

  test("says when the shop shows no mark of ours", async () => {
    await using shop = await openClient({ simulator: { answerShowsMarks: false } });
    match((await shop.create()).notes?.[0] ?? "", /without our mark/);
  });

  test("an order that arrives unpaid is reported, or marked paid in a follow-up, once", async () => {
    await using shop = await openClient({ simulator: { statuses: "dropped" } });
    const reported = await shop.create();
    equal(reported.followUp, undefined);
    match(reported.notes?.at(-1) ?? "", /arrived there as "waiting"; markPaid is off/);

    await using other = await openClient({ settings: { markPaid: true }, simulator: { statuses: "dropped" } });
    const created = await other.create();
    equal(created.followUp, "mark-paid");
    await other.client.followUp?.("mark-paid", created.providerOrderIds, outgoingSample());
    await other.client.followUp?.("mark-paid", created.providerOrderIds, outgoingSample());
    equal(other.calls("POST", /\/openapi\/2022-01\/orders\/.*\/payment\/success$/).length, 1);
    equal(other.held().length, 1);
    // Nothing is to be done for one that is not paid here.
    equal((await other.create(outgoingSample({ financialState: "pending" }, "SHO1-3"))).followUp, undefined);
  });

  test("is marked paid under the name of a gateway on 2026-01", async () => {
    await using shop = await openClient({
      settings: { markPaid: true, paymentGateway: "Order Relay" },
      simulator: { statuses: "dropped" },
    });
    const { providerOrderIds } = await shop.create();
    await shop.client.followUp?.("mark-paid", providerOrderIds, outgoingSample());
    equal(shop.calls("POST", /\/openapi\/2026-01\/orders\/.*\/payment\/success$/).length, 1);
  });

  test("is not marked paid once it was cancelled", async () => {
    await using shop = await openClient({ settings: { markPaid: true }, simulator: { statuses: "dropped" } });
    const { providerOrderIds } = await shop.create();
    shop.sandbox.cancel("shoplazza", providerOrderIds[0] ?? "");
    await rejects(async () => shop.client.followUp?.("mark-paid", providerOrderIds, outgoingSample()), Rejected);
  });
});

describe("the shop's limits", () => {
  test("a full bucket throttles, surely without an order, and is counted", async () => {
    await using shop = await openClient({ simulator: { appBucketSize: 3 } });
    await shop.create();
    const prepared = await shop.client.prepare(outgoingSample({}, "SHO1-2"));
    await rejects(shop.client.create(prepared, outgoingSample({}, "SHO1-2")), Throttled);
    await rejects(shop.client.find(await shop.sent(), outgoingSample()), Throttled);
    deepEqual([shop.held().length, shop.counted], [1, ["price-difference", "throttled", "throttled"]]);
    shop.clock.now += 1_000;
    await shop.client.create(prepared, outgoingSample({}, "SHO1-2"));
    equal(shop.held().length, 2);
  });

  test("check proves the token and changes nothing", async () => {
    await using shop = await openClient();
    await shop.client.check?.();
    await using stranger = await openClient({ token: "guess" });
    await rejects(async () => stranger.client.check?.(), Misconfigured);
    await rejects(stranger.client.prepare(outgoingSample()), Misconfigured);
  });
});
