import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { describe, type TestContext, test } from "node:test";
import { lingxing } from "../../functions/providers/lingxing/index.ts";
import type { OrderBody } from "../../functions/providers/lingxing/order-body.ts";
import { Misconfigured, Rejected } from "../../shared/errors.ts";
import type { Line, Order } from "../../shared/order.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { type ProviderContext, type Setup, startProviderContext } from "./provider-context.ts";

const secret = {
  appId: "ak_0123456789abc",
  appSecret: "lx+demo/secret%2B==&more",
  tokenKey: "bG9jYWwtZGVtby10b2tlbi1rZXktMzItYnl0ZXMhISE=",
};
const start = (context: TestContext, { settings, ...setup }: Partial<Setup> = {}): Promise<ProviderContext> =>
  startProviderContext(context, lingxing, {
    secret,
    settings: { store: { name: "demo-US", country: "US" }, ...settings },
    ...setup,
  });

const address = orderSample.shippingAddress;
const shipTo = (changes: Partial<NonNullable<Order["shippingAddress"]>>): Partial<Order> => ({
  shippingAddress: { ...address, ...changes },
});
const lines = (...given: Partial<Line>[]): Partial<Order> => ({
  lines: given.map((line, index) => ({ id: String(index), sku: "DEMO-TEE", quantity: 1, ...line })),
});

async function requestOf(
  fixture: ProviderContext,
  changes: Partial<Order> = {},
  reference?: string,
): Promise<OrderBody> {
  return (await fixture.client.prepare(outgoingSample(changes, reference))).request as OrderBody;
}
const rejected = (work: Promise<unknown>, pattern: RegExp) =>
  rejects(work, (error) => {
    equal(error instanceof Rejected, true, String(error));
    match((error as Rejected).reason, pattern);
    return true;
  });

describe("Lingxing: enumerations from our own words", () => {
  for (const [serviceLevel, expected] of [
    ["standard", "标准配送"],
    ["expedited", "加急配送"],
    ["priority", "优先配送"],
    [undefined, "加急配送"],
  ] as const) {
    test(`service level ${serviceLevel} is ${expected}`, async (context) => {
      const fixture = await start(context, { settings: { serviceLevel: "expedited" } });
      equal((await requestOf(fixture, { shipping: { serviceLevel } })).delivery_service, expected);
    });
  }

  test("what is done with the box is the destination's, and left out where it says nothing", async (context) => {
    const silent = await requestOf(await start(context));
    deepEqual(
      [silent["is_blank_box"], silent["is_block_amzl"], silent["delivery_operation"]],
      [undefined, undefined, "立即配送"],
    );
    const settings = { blankBox: true, blockAmazonLogistics: false, deliveryOperation: "hold" };
    const said = await requestOf(await start(context, { settings }));
    deepEqual([said["is_blank_box"], said["is_block_amzl"], said["delivery_operation"]], ["是", "否", "保留订单"]);
  });

  test("a store's country may be given as Lingxing writes it, and only one of those it knows", async (context) => {
    const fixture = await start(context, { settings: { store: { name: "demo-US", country: "加拿大" } } });
    equal((await requestOf(fixture))["country"], "加拿大");
    for (const country of ["China", "CN", "constructor", ""]) {
      equal(lingxing.settings.safeParse({ store: { name: "demo-US", country } }).success, false, country);
    }
  });

  test("an appId that is no AES key is refused at configuration", () => {
    const given = { ...secret, baseUrl: "https://openapi.lingxing.com" };
    equal(lingxing.secret.safeParse(given).success, true);
    for (const appId of ["", "ak_0123456789ab", "ak_0123456789abcd"]) {
      equal(lingxing.secret.safeParse({ ...given, appId }).success, false, appId);
    }
    for (const tokenKey of ["", "c2hvcnQ="]) equal(lingxing.secret.safeParse({ ...given, tokenKey }).success, false);
  });
});

describe("Lingxing: what is required", () => {
  const cases: [string, Partial<Order>, RegExp][] = [
    ["no address", { shippingAddress: null }, /no shipping address, which lingxing\/demo requires/],
    [
      "no recipient",
      {
        ...shipTo({ name: undefined, firstName: undefined, lastName: undefined, company: undefined }),
        buyer: undefined,
      },
      /recipient's name.*missing\.name/,
    ],
    ["no country", shipTo({ country: undefined }), /no country/],
    ["no street", shipTo({ street1: " ", street2: undefined }), /no street/],
    ["no city", shipTo({ city: undefined }), /no city.*missing\.city/],
    ["no postcode", shipTo({ postcode: "" }), /no postcode.*missing\.postcode/],
    [
      "no e-mail address",
      { ...shipTo({ email: undefined }), buyer: undefined, billingAddress: undefined },
      /no e-mail address.*missing\.email/,
    ],
    ["neither province nor city", shipTo({ province: undefined, provinceCode: undefined, city: undefined }), /no city/],
  ];
  for (const [what, changes, pattern] of cases) {
    test(`${what}: rejected in one sentence, and nothing is asked of Lingxing`, async (context) => {
      const fixture = await start(context);
      await rejected(requestOf(fixture, changes), pattern);
      deepEqual(fixture.sandbox.calls("lingxing"), []);
    });
  }

  test("the destination's defaults stand in", async (context) => {
    const missing = {
      email: "orders@example.invalid",
      postcode: "00000",
      name: "Front desk",
      city: "Paris",
      phone: "1",
      province: "XX-None",
    };
    const fixture = await start(context, { missing });
    const bare = { street1: "7 rue Rabelais", country: "FR" };
    const request = await requestOf(fixture, { shippingAddress: bare, buyer: undefined, billingAddress: undefined });
    const { buyers_mailbox, postcode, receiver, city, phone_number, region } = request;
    deepEqual(
      [buyers_mailbox, postcode, receiver, city, phone_number, region],
      ["orders@example.invalid", "00000", "Front desk", "Paris", "1", "XX-None"],
    );
  });

  test("a Japanese store, not a Japanese address, takes no city: it opens the street", async (context) => {
    const tokyo = shipTo({
      country: "JP",
      province: "Tokyo",
      provinceCode: undefined,
      city: "渋谷区",
      street1: "神南1-1-1",
      district: undefined,
    });
    const japan = await start(context, { settings: { store: { name: "demo-JP", country: "JP" } } });
    const sent = await requestOf(japan, tokyo);
    deepEqual(
      [sent["city"], sent["address1"], sent["region"], sent["country"]],
      [undefined, "渋谷区 神南1-1-1", "13-Tokyo", "日本"],
    );
    equal("city" in JSON.parse(JSON.stringify(sent)), false);
    const without = await requestOf(japan, shipTo({ city: undefined }));
    equal(without["address1"], "7 rue Rabelais");
    const america = await start(context);
    equal((await requestOf(america, tokyo))["city"], "渋谷区");
  });

  test("a Japanese store gets the city as such, or not at all, where so set", async (context) => {
    const sent = async (japaneseCity: string) => {
      const settings = { store: { name: "demo-JP", country: "JP" }, japaneseCity };
      const { address1, city } = await requestOf(await start(context, { settings }), shipTo({ city: "Shibuya" }));
      return [address1, city];
    };
    deepEqual(await sent("city"), ["7 rue Rabelais", "Shibuya"]);
    deepEqual(await sent("street"), ["Shibuya 7 rue Rabelais", undefined]);
    deepEqual(await sent("none"), ["7 rue Rabelais", undefined]);
  });

  test("an address in Japan without prefecture and city has no region", async (context) => {
    const japan = await start(context, { settings: { store: { name: "demo-JP", country: "JP" } } });
    await rejected(
      requestOf(japan, shipTo({ country: "JP", province: undefined, provinceCode: undefined, city: undefined })),
      /no province.*missing\.province/,
    );
  });

  test("India wants a declared value of every unit", async (context) => {
    const india = { store: { name: "demo-IN", country: "IN" } };
    const fixture = await start(context, { settings: india });
    await rejected(requestOf(fixture), /no customs value for SKU DEMO-MUG.*settings\.declaredValue/);
    const byPrice = await start(context, { settings: { ...india, declaredValue: "or-unit-price" } });
    deepEqual((await requestOf(byPrice)).item_list, [
      { msku: "DEMO-TEE-M", quantity_shipped: 2, declared_value: 8, declared_currency: "EUR" },
      { msku: "DEMO-MUG", quantity_shipped: 1, declared_value: 7.5, declared_currency: "EUR" },
    ]);
  });
});

/** So many characters, in words of nine. */
const words = (length: number): string =>
  "wordswor "
    .repeat(30)
    .slice(0, length - 1)
    .concat("x");

describe("Lingxing: Amazon's limits, before anything is sent", () => {
  const cases: [string, Partial<Order>, RegExp][] = [
    [
      "101 products",
      lines(...Array.from({ length: 101 }, (_, index) => ({ sku: `DEMO-${index}` }))),
      /101 products.*at most 100/,
    ],
    ["251 units", lines({ quantity: 251 }), /251 units.*at most 250/],
    ["251 units of two lines", lines({ quantity: 250 }, { sku: "DEMO-MUG" }), /251 units/],
    ["an MSKU of 51 characters", lines({ sku: `DEMO-${"x".repeat(46)}` }), /51 characters.*at most 50/],
    [
      "an e-mail address of 65",
      shipTo({ email: `${"x".repeat(54)}@example.in` }),
      /e-mail address.*65 characters.*at most 64/,
    ],
    ["no SKU", lines({ sku: "" }), /no SKU/],
    [
      "a name of 60",
      shipTo({ name: "x".repeat(60) }),
      /recipient's name has 60 characters, and lingxing\/demo takes at most 50: shorten it in the order/,
    ],
    [
      "a phone number of 26",
      shipTo({ phone: "+1 (555) 010-0199 ext. 4471" }),
      /phone number has 27 characters.*at most 20/,
    ],
    [
      "a city of 58",
      shipTo({ city: "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch" }),
      /city has 58 characters.*at most 50/,
    ],
    [
      "an address of 250 characters",
      shipTo({ street1: words(199), street2: words(50), company: undefined, district: undefined }),
      /street, with company and district, has 251 characters.*180 in the first line and 60 in the second/,
    ],
    [
      "a word that fits no line",
      shipTo({ street1: "x".repeat(181), street2: undefined, company: undefined, district: undefined }),
      /has 181 characters/,
    ],
  ];
  for (const [what, changes, pattern] of cases) {
    test(`${what}: rejected`, async (context) => {
      const fixture = await start(context);
      await rejected(requestOf(fixture, changes), pattern);
      deepEqual(fixture.sandbox.calls("lingxing"), []);
    });
  }

  test("100 products of 250 units, an MSKU of 50 and an address of 64 are taken", async (context) => {
    const fixture = await start(context);
    const many = Array.from({ length: 99 }, (_, index) => ({ sku: `DEMO-${index}` }));
    const changes = {
      ...lines({ sku: `DEMO-${"x".repeat(45)}`, quantity: 151 }, ...many),
      ...shipTo({ email: `${"x".repeat(53)}@example.in` }),
    };
    const outgoing = outgoingSample(changes);
    await fixture.client.create(await fixture.client.prepare(outgoing), outgoing);
    equal(fixture.sandbox.orders("lingxing").length, 1);
  });

  test("a reference of 40 is sent, one of 41 is not", async (context) => {
    const fixture = await start(context);
    equal((await requestOf(fixture, {}, "x".repeat(40))).order_id, "x".repeat(40));
    await rejected(requestOf(fixture, {}, "x".repeat(41)), /reference has 41 characters/);
    equal(lingxing.reference.maxLength, 40);
  });

  test("a remark over 750 characters ends in an ellipsis, on paper in three dots", async (context) => {
    const fixture = await start(context);
    const request = await requestOf(fixture, { giftMessage: "g".repeat(751), note: "n".repeat(9000) });
    for (const [text, end] of [
      [request["remark_for_packing"], /g\.\.\.$/],
      [request["remark"], /n…$/],
    ] as const) {
      equal([...String(text)].length, 750);
      match(String(text), end);
    }
  });

  test("the limits are the destination's settings: some cities take 30 characters", async (context) => {
    const city = "Rosenheim-Oberwöhr-Fürstätt-Ost";
    equal([...city].length, 31);
    equal((await requestOf(await start(context), shipTo({ city })))["city"], city);
    const fixture = await start(context, { settings: { limits: { city: 30 } } });
    await rejected(requestOf(fixture, shipTo({ city })), /city has 31 characters.*at most 30/);
    // The others keep their defaults.
    await rejected(requestOf(fixture, shipTo({ name: "x".repeat(51) })), /51 characters.*at most 50/);
  });

  test("what is just within the limits is sent, and taken", async (context) => {
    const fixture = await start(context);
    const full = { name: "x".repeat(50), phone: "1".repeat(20), city: "y".repeat(50), street1: words(180) };
    const outgoing = outgoingSample(shipTo({ ...full, street2: words(60), company: undefined, district: undefined }));
    await fixture.client.create(await fixture.client.prepare(outgoing), outgoing);
    const made = fixture.sandbox.orders("lingxing").map(({ request }) => request as OrderBody);
    deepEqual(
      made.map(({ receiver, address1, address2 }) => [receiver, address1, address2]),
      [[full.name, full.street1, words(60)]],
    );
  });

  const bare = { street2: undefined, company: undefined, district: undefined };
  const addresses: [string, Partial<NonNullable<Order["shippingAddress"]>>, (string | undefined)[]][] = [
    ["a line of 90 fits the first", { ...bare, street1: words(90) }, [words(90), undefined]],
    [
      "a second line that is too long for the second moves up",
      { ...bare, street1: "7 rue Rabelais", street2: words(90) },
      [`7 rue Rabelais, ${words(90)}`, undefined],
    ],
    [
      "and leaves company and district there",
      { street1: "7 rue Rabelais", street2: words(90), company: "Atelier Lefèvre", district: "Centre" },
      [`7 rue Rabelais, ${words(90)}`, "Atelier Lefèvre, Centre"],
    ],
    [
      "what fits nowhere as a whole is broken at a word",
      { ...bare, street1: `${words(170)} ${"y".repeat(20)} end` },
      [words(170), `${"y".repeat(20)} end`],
    ],
    ["no first line: the second opens", { ...bare, street1: " ", street2: "12 quai" }, ["12 quai", undefined]],
  ];
  for (const [what, changes, expected] of addresses) {
    test(`street: ${what}`, async (context) => {
      const { address1, address2 } = await requestOf(await start(context), shipTo(changes));
      deepEqual([address1, address2], expected);
    });
  }

  test("no address is ever cut: all of it is in the two lines, or it is rejected", async (context) => {
    const fixture = await start(context);
    let sent = 0;
    for (let size = 1; size < 120; size += 7) {
      const parts = { street1: words(size * 2), street2: words(size), company: "C".repeat(size % 31), district: "D" };
      const request = await requestOf(fixture, shipTo(parts)).catch((error: unknown) => {
        equal(error instanceof Rejected, true);
      });
      if (!request) continue;
      sent += 1;
      const [first, second] = [String(request["address1"]), String(request["address2"] ?? "")];
      deepEqual([[...first].length <= 180, [...second].length <= 60], [true, true]);
      const letters = (text: string) => text.replace(/[ ,]/g, "");
      equal(letters(first + second), letters(Object.values(parts).join("")));
    }
    equal(sent > 5, true, `only ${sent} were sent`);
  });
});

describe("Lingxing: the remark, for what has no field", () => {
  const remark = async (context: TestContext, changes: Partial<Order>) =>
    (await requestOf(await start(context), { ...NOTHING, ...changes }))["remark"];
  const NOTHING: Partial<Order> = {
    ...{ taxIds: undefined, note: undefined, giftMessage: undefined, gift: undefined },
    ...lines({}),
    ...shipTo({ remark: undefined }),
  };
  const cases: [string, Partial<Order>, string | undefined][] = [
    ["nothing", {}, undefined],
    [
      "tax numbers, the Brazilian CPF among them",
      {
        taxIds: [
          { type: "vat", value: "DE123456789" },
          { type: "ioss", value: "IM2760000742" },
          { type: "national", value: "123.456.789-09" },
          { type: "eori", value: " " },
        ],
      },
      "VAT DE123456789\nIOSS IM2760000742\nTax number 123.456.789-09",
    ],
    [
      "personalisation, both of two of one name, none of the shop's own",
      lines({
        properties: [
          { name: "Line", value: "A" },
          { name: "Line", value: "B" },
          { name: "_internal", value: "17" },
          { name: "Empty", value: "" },
        ],
      }),
      "DEMO-TEE Line: A\nDEMO-TEE Line: B",
    ],
    ["a gift without a message", { gift: true }, "Gift"],
    ["a gift with one, which is printed", { gift: true, giftMessage: "Enjoy" }, undefined],
    ["no gift", { gift: false, giftMessage: "Enjoy" }, undefined],
    [
      "note and delivery remark",
      { note: "Please wrap it.", ...shipTo({ remark: "Ring twice" }) },
      "Please wrap it.\nRing twice",
    ],
  ];
  for (const [what, changes, expected] of cases) {
    test(what, async (context) => equal(await remark(context, changes), expected));
  }

  test("if it has to be cut, the tax numbers stay", async (context) => {
    const text = await remark(context, { taxIds: [{ type: "ioss", value: "IM1" }], note: "n".repeat(900) });
    match(String(text), /^IOSS IM1\nn+…$/);
  });
});

describe("Lingxing: the packing slip", () => {
  const number = async (context: TestContext, changes: Partial<Order>) =>
    (await requestOf(await start(context), changes))["order_id_for_packing"];
  const cases: [string, Partial<Order>, string][] = [
    ["the buyer's number", { number: "#1001" }, "#1001"],
    ["Latin letters of ISO 8859-1", { number: "Bestellung Nº 7 ÄÖÜ" }, "Bestellung Nº 7 ÄÖÜ"],
    ["two spaces in a row are one", { number: " A  1   2 " }, "A 1 2"],
    ["40 characters", { number: "n".repeat(40) }, "n".repeat(40)],
    ["41 are not cut: the channel's ID", { number: "n".repeat(41) }, "820982911946154508"],
    ["Chinese: the channel's ID", { number: "订单7" }, "820982911946154508"],
    ["no number: the channel's ID", { number: undefined }, "820982911946154508"],
    ["neither fits: our reference", { number: "订单7", id: "单".repeat(3) }, "SHO1-820982911946154508"],
  ];
  for (const [what, changes, expected] of cases) {
    test(what, async (context) => equal(await number(context, changes), expected));
  }

  test("the date is the UTC day, or another zone's, or with the time", async (context) => {
    const placed = { placedAt: "2025-04-09T02:30:45.678Z" };
    const date = async (settings: Record<string, unknown>) =>
      (await requestOf(await start(context, { settings }), placed))["date_for_packing"];
    equal(await date({}), "2025-04-09");
    equal(await date({ timeZone: "America/Los_Angeles" }), "2025-04-08");
    equal(await date({ packingDate: "date-time" }), "2025-04-09T02:30:45");
    equal(lingxing.settings.safeParse({ store: { name: "x", country: "US" }, timeZone: "Mars" }).success, false);
  });

  test("a gift's message, else the destination's thanks, else nothing", async (context) => {
    const thanks = { settings: { packingRemark: "Thank you!" } };
    const remark = async (setup: Partial<Setup>, changes: Partial<Order>) =>
      (await requestOf(await start(context, setup), changes))["remark_for_packing"];
    equal(await remark(thanks, {}), "Joyeux anniversaire");
    equal(await remark(thanks, { gift: false }), "Thank you!");
    equal(await remark(thanks, { giftMessage: undefined }), "Thank you!");
    equal(await remark({}, { giftMessage: undefined }), undefined);
  });
});

describe("Lingxing: what the packing slip can print", () => {
  const printed = async (context: TestContext, giftMessage: string, settings: Record<string, unknown> = {}) =>
    (await requestOf(await start(context, { settings }), { giftMessage }))["remark_for_packing"];

  for (const [what, message, expected] of [
    ["ISO 8859-1, in several lines", "Grüße, ©½\n– Zoé", "Grüße, ©½\n- Zoé"],
    ["quotes, dashes and dots of a telephone", "“It’s — for you…” • 5 €", '"It\'s - for you..." · 5 EUR'],
    ["letters with accents of their own", "Zoe\u0301", "Zoé"],
    ["marks that nothing prints", "a\u200bb\u0007c\u2028d", "abc\nd"],
    ["narrow spaces", "1\u202f000", "1 000"],
  ] as const) {
    test(what, async (context) => equal(await printed(context, message), expected));
  }

  for (const [what, message, pattern] of [
    [
      "an emoji",
      "Happy birthday 🌸",
      /gift message has 1 character outside ISO 8859-1 \(🌸\).*packing slip.*lingxing\/demo/,
    ],
    ["Cyrillic letters", "Аня", /has 3 characters outside ISO 8859-1 \(А н я\).*settings\.packingCharacters/],
    ["a heart", "I ♥ you", /\(♥\)/],
  ] as const) {
    test(`${what} is rejected before any call`, async (context) => {
      const fixture = await start(context);
      await rejected(requestOf(fixture, { giftMessage: message }), pattern);
      deepEqual(fixture.sandbox.calls("lingxing"), []);
      // Where nothing is printed, nothing is refused.
      equal((await requestOf(fixture, { giftMessage: message, gift: false }))["remark_for_packing"], undefined);
    });
  }

  test("a Japanese store prints Japanese, another one what the setting says", async (context) => {
    const japan = { store: { name: "demo-JP", country: "JP" } };
    equal(await printed(context, "お誕生日おめでとう", japan), "お誕生日おめでとう");
    equal(await printed(context, "🌸 “ok”", { packingCharacters: "any" }), "🌸 “ok”");
    await rejected(printed(context, "🌸", { ...japan, packingCharacters: "latin-1" }), /🌸/);
  });

  test("the destination's own words are the operator's to correct", async (context) => {
    const fixture = await start(context, { settings: { packingRemark: "Спасибо" } });
    const failed = (error: unknown) => error instanceof Misconfigured && /settings\.packingRemark/.test(error.reason);
    await rejects(requestOf(fixture, { giftMessage: undefined }), failed);
    equal((await requestOf(fixture, { giftMessage: "Enjoy" }))["remark_for_packing"], "Enjoy");
  });

  test("a name in any script is sent as it is: the document allows it", async (context) => {
    const name = "Аня 🌸 Ковальчук";
    equal((await requestOf(await start(context), shipTo({ name })))["receiver"], name);
  });
});

describe("Lingxing: the region, by its own list", () => {
  const cases: [string, Parameters<typeof shipTo>[0], string][] = [
    ["a code", { country: "US", provinceCode: "AL", province: undefined }, "AL-Alabama"],
    ["a code as ISO 3166-2 has it", { country: "US", provinceCode: "US-AL", province: undefined }, "AL-Alabama"],
    [
      "a code in small letters, where the name belongs",
      { country: "US", provinceCode: undefined, province: "al" },
      "AL-Alabama",
    ],
    ["a name", { country: "US", provinceCode: undefined, province: "new york" }, "NY-New York"],
    [
      "a name with accents",
      { country: "DE", provinceCode: undefined, province: "BADEN-WÜRTTEMBERG" },
      "BW-Baden-Wurttemberg",
    ],
    ["the code before the name", { country: "US", provinceCode: "WA", province: "Oregon" }, "WA-Washington"],
    ["the name where the code is none", { country: "DE", provinceCode: "XX", province: "Bayern" }, "BY-Bayern"],
    ["what it would be anyway", { country: "US", provinceCode: undefined, province: "AL-Alabama" }, "AL-Alabama"],
    ["Britain, which the list calls UK", { country: "GB", provinceCode: "SCT", province: "Scotland" }, "SCT-Scotland"],
    ["no hit: the province's text", { country: "DE", provinceCode: undefined, province: "Preußen" }, "Preußen"],
    ["no list: the province's text", { country: "NL", provinceCode: "NH", province: "Noord-Holland" }, "Noord-Holland"],
    [
      "no province: the city's text",
      { country: "US", provinceCode: undefined, province: undefined, city: "Washington" },
      "Washington",
    ],
  ];
  for (const [what, changes, expected] of cases) {
    test(`${what}: ${expected}`, async (context) => {
      equal((await requestOf(await start(context), shipTo(changes)))["region"], expected);
    });
  }

  test("without a hit the destination's default goes before the address's own text", async (context) => {
    const fixture = await start(context, { missing: { province: "N/A" } });
    equal((await requestOf(fixture, shipTo({ country: "NL", province: "Noord-Holland" })))["region"], "N/A");
    equal((await requestOf(fixture))["region"], "CVL-Centre-Val de Loire");
  });

  test("a country's own default goes before that of all, and only where the list has no hit", async (context) => {
    const settings = { regions: { GB: "ENG-England" } };
    const fixture = await start(context, { settings, missing: { province: "N/A" } });
    const british = { country: "GB", provinceCode: undefined };
    equal((await requestOf(fixture, shipTo({ ...british, province: "London" })))["region"], "ENG-England");
    equal((await requestOf(fixture, shipTo({ ...british, province: undefined })))["region"], "ENG-England");
    equal((await requestOf(fixture, shipTo({ ...british, province: "Wales" })))["region"], "WLS-Wales");
    equal((await requestOf(fixture, shipTo({ country: "NL", province: "Noord-Holland" })))["region"], "N/A");
    equal(
      lingxing.settings.safeParse({ ...settings, store: { name: "x", country: "US" }, regions: { uk: "" } }).success,
      false,
    );
  });

  test("the list of a country is asked for once, and kept", async (context) => {
    const fixture = await start(context);
    for (let time = 0; time < 3; time++) await fixture.open().prepare(outgoingSample());
    const asked = fixture.sandbox.calls("lingxing").filter(({ path }) => path.endsWith("worldState/lists"));
    equal(asked.length, 1);
  });

  test("country_code is ISO's GB, or UK where so set", async (context) => {
    const british = shipTo({ country: "GB" });
    equal((await requestOf(await start(context), british))["country_code"], "GB");
    equal((await requestOf(await start(context, { settings: { britain: "UK" } }), british))["country_code"], "UK");
  });

  for (const britain of ["GB", "UK"] as const) {
    test(`a server that wants ${britain} gets it`, async (context) => {
      const fixture = await start(context, { settings: { britain }, switches: { britain } });
      const outgoing = outgoingSample(shipTo({ country: "GB", province: "Scotland", provinceCode: "GB-SCT" }));
      await fixture.client.create(await fixture.client.prepare(outgoing), outgoing);
    });
  }
});

describe("Lingxing: products", () => {
  const catalog = {
    "DEMO-TEE-M": { providerSku: "DEMO-MSKU-7" },
    "DEMO-MUG": { providerSku: "DEMO-SIX", packSize: 6 },
  };

  test("the operator's mapping goes before the SKU itself, in its packs", async (context) => {
    const fixture = await start(context, { catalog });
    const order = lines(
      { sku: "DEMO-TEE-M", quantity: 2 },
      { sku: "DEMO-MUG", quantity: 12, customsValue: "0.20" },
      { sku: "DEMO-CAP" },
    );
    const { request, lines: sent } = await fixture.client.prepare(outgoingSample(order));
    deepEqual((request as OrderBody).item_list, [
      { msku: "DEMO-MSKU-7", quantity_shipped: 2 },
      { msku: "DEMO-SIX", quantity_shipped: 2, declared_value: 1.2, declared_currency: "EUR" },
      { msku: "DEMO-CAP", quantity_shipped: 1 },
    ]);
    deepEqual(
      sent.map(({ sku, product, quantity }) => [sku, product, quantity]),
      [
        ["DEMO-TEE-M", "DEMO-MSKU-7", 2],
        ["DEMO-MUG", "DEMO-SIX", 2],
        ["DEMO-CAP", "DEMO-CAP", 1],
      ],
    );
  });

  test("a refusal names the destination, and the SKU that Lingxing does not know", async (context) => {
    const refused = async (detail: string, order: Partial<Order>, pattern: RegExp) => {
      const fixture = await start(context);
      const body = JSON.stringify({ code: 500, message: "失败", error_details: [detail], data: null });
      fixture.proxy.strike(({ target }) => target.includes("/createOrder"), { status: 200, body });
      const outgoing = outgoingSample(order);
      await rejected(fixture.client.create(await fixture.client.prepare(outgoing), outgoing), pattern);
    };
    const [one, two] = [{ sku: "NOPE-1" }, { sku: "NOPE" }];
    const known = /^lingxing\/demo refused the order: SKU NOPE-1 is not known there: Lingxing 500: .*NOPE-1/;
    await refused("MSKU NOPE-1 不存在", lines(one, two), known);
    await refused("MSKU 不存在", lines(one), /^lingxing\/demo refused the order: SKU NOPE-1 is not known there: /);
    await refused("MSKU 不存在", lines(one, two), /: one of SKU NOPE-1, NOPE is not known there: /);
    await refused("收件人错误", lines(one), /^lingxing\/demo refused the order: Lingxing 500: /);
  });

  test("half a pack is rejected", async (context) => {
    const fixture = await start(context, { catalog });
    await rejected(requestOf(fixture, lines({ sku: "DEMO-MUG", quantity: 7 })), /7 of SKU DEMO-MUG/);
  });

  test("lines of one MSKU are one item, whatever their SKU and value", async (context) => {
    const fixture = await start(context, { catalog: { "DEMO-OLD": { providerSku: "DEMO-TEE" } } });
    const items = async (...given: Partial<Line>[]) =>
      (await fixture.client.prepare(outgoingSample(lines(...given)))).request as OrderBody;
    deepEqual((await items({ quantity: 2 }, { quantity: 3, sku: "DEMO-OLD" })).item_list, [
      { msku: "DEMO-TEE", quantity_shipped: 5 },
    ]);
    const value = { customsValue: "8.00" };
    deepEqual((await items({ quantity: 2, ...value }, { ...value, customsValue: "8" })).item_list, [
      { msku: "DEMO-TEE", quantity_shipped: 3, declared_value: 8, declared_currency: "EUR" },
    ]);
  });

  for (const [what, other, pattern] of [
    ["two values", { customsValue: "8.50" }, /MSKU DEMO-TEE in several lines, with customs values 8 EUR and 8\.5 EUR/],
    ["two currencies", { customsValue: "8", customsCurrency: "USD" }, /customs values 8 EUR and 8 USD/],
    ["one without a value", {}, /customs values 8 EUR and none, and lingxing\/demo takes one item of each MSKU/],
  ] as const) {
    test(`one MSKU with ${what} is rejected before any call`, async (context) => {
      const fixture = await start(context);
      await rejected(requestOf(fixture, lines({ customsValue: "8.00" }, other)), pattern);
      deepEqual(fixture.sandbox.calls("lingxing"), []);
    });
  }

  test("customs values are numbers as they are written", async (context) => {
    const fixture = await start(context);
    const values = ["10.00", "1.20", "0.1", "12345678.99"];
    const request = await requestOf(
      fixture,
      lines(...values.map((customsValue, index) => ({ sku: `DEMO-${index}`, customsValue }))),
    );
    deepEqual(
      request.item_list.map((item) => item.declared_value),
      [10, 1.2, 0.1, 12345678.99],
    );
    await rejected(requestOf(fixture, lines({ customsValue: "0.1234567890123456789" })), /more digits/);
  });

  test("where the listing is asked first, an unknown MSKU and one that Amazon does not ship are named", async (context) => {
    const fixture = await start(context, { settings: { checkMsku: true } });
    const many = Array.from({ length: 23 }, (_, index) => ({ sku: `DEMO-${index}` }));
    await requestOf(fixture, lines(...many));
    equal(fixture.sandbox.calls("lingxing").filter(({ path }) => path.endsWith("/listing")).length, 3);
    await rejected(
      requestOf(fixture, lines(...many, { sku: "OTHER-1" })),
      /SKU OTHER-1 is no MSKU.*lingxing\/demo.*npm run catalog/,
    );
    await rejected(requestOf(fixture, lines({ sku: "DEMO-1-FBM" })), /DEMO-1-FBM.*not fulfilled by Amazon/);
  });
});

describe("Lingxing: the store", () => {
  for (const [name, country, pattern] of [
    ["demo-EU", "US", /no store "demo-EU" of 美国: correct settings\.store of lingxing\/demo/],
    ["demo-DE", "US", /no store "demo-DE"/],
    ["demo-stopped", "US", /no longer synchronised/],
    ["demo-unauthorised", "US", /without a valid Amazon authorisation/],
    ["demo-unpaid", "US", /suspended/],
  ] as const) {
    test(`${name} of ${country} cannot take orders, which is the operator's work`, async (context) => {
      const fixture = await start(context, { settings: { store: { name, country } } });
      const failed = (error: unknown) => error instanceof Misconfigured && pattern.test(error.reason);
      await rejects(requestOf(fixture), failed);
      await rejects(fixture.client.check?.() ?? Promise.resolve(), failed);
    });
  }

  test("the list of stores is asked for once an hour", async (context) => {
    const fixture = await start(context);
    const asked = () => fixture.sandbox.calls("lingxing").filter(({ path }) => path.endsWith("seller/lists")).length;
    for (let time = 0; time < 3; time++) await fixture.open().prepare(outgoingSample());
    equal(asked(), 1);
    fixture.pass(3_600_001);
    await fixture.open().prepare(outgoingSample());
    equal(asked(), 2);
  });
});
