import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { akinon } from "../../functions/providers/akinon/index.ts";
import type { Outgoing } from "../../functions/providers/provider.ts";
import { productKeyOf } from "../../local/simulators/providers/akinon/products.ts";
import type { Tools } from "../../shared/connector/tools.ts";
import { Misconfigured, Rejected } from "../../shared/errors.ts";
import { atLeast } from "../support/at-least.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { orderSample, outgoingSample } from "../support/order-sample.ts";
import { attempt } from "./provider-context.ts";
import { oneLine, secret, startAkinon } from "./start-akinon.ts";

const address = { ...orderSample.shippingAddress };
const isGone = '{"order":{"customer":["Invalid pk \\"36406\\" - object does not exist."]}}';

describe("Akinon: login", () => {
  test("many records of a batch log in once", async (context) => {
    const { open, count } = await startAkinon(context);
    await Promise.all([1, 2, 3, 4, 5].map((number) => open().prepare(outgoingSample({}, `SHO1-${number}`))));
    equal(count("POST auth/login"), 1);
  });

  test("many records that find their key refused log in once more", async (context) => {
    const { open, count, sandbox, counted } = await startAkinon(context);
    await open().check?.();
    sandbox.expireTokens("akinon");
    await Promise.all([1, 2, 3, 4, 5].map(() => open().check?.()));
    equal(count("POST auth/login"), 2);
    deepEqual(counted, ["relogin"]);
  });

  test("with a token key, a second environment takes over the first one's login", async (context) => {
    const tokenKey = Buffer.alloc(32, 7).toString("base64");
    const { proxy, count } = await startAkinon(context);
    const { cache, sealedCache } = memoryTools();
    const environment = () => openAt(proxy.url, { ...memoryTools(), cache, sealedCache }, { tokenKey });
    await environment().check?.();
    await environment().check?.();
    equal(count("POST auth/login"), 1);
  });

  test("a wrong password is the destination's configuration, and the reason does not contain it", async (context) => {
    const { client } = await startAkinon(context, { secret: { ...secret, password: "guessed-wrong" } });
    await rejects(client.prepare(outgoingSample()), (error: unknown) => {
      ok(error instanceof Misconfigured);
      match(error.reason, /username and password of akinon\/demo/);
      ok(!error.reason.includes("guessed-wrong"));
      return true;
    });
  });

  test("a key that is refused twice is a fault of the destination, not a third call", async (context) => {
    const { client, count } = await startAkinon(context, { settings: { authorization: "plain" } });
    await rejects(client.check?.() ?? Promise.resolve(), Misconfigured);
    equal(count("GET orders"), 2);
  });

  test("every path ends in a slash", async (context) => {
    const fixture = await startAkinon(context, { switches: { appendSlash: "not-found" } });
    const { sent } = await attempt(fixture, outgoingSample());
    await fixture.client.find(sent, outgoingSample());
    for (const { target } of atLeast(5, fixture.proxy.passed)) match(target.split("?")[0] ?? "", /\/$/);
  });
});

describe("Akinon: what exists is kept", () => {
  test("a second order of the same buyer needs only its own two calls", async (context) => {
    const fixture = await startAkinon(context);
    const first = await fixture.send(outgoingSample());
    const before = fixture.calls().length;
    const { order, order_item } = await fixture.send(outgoingSample({}, "SHO1-2"));
    deepEqual(fixture.calls().slice(before), ["GET orders", "POST create_orders"]);
    deepEqual({ order: { ...order, number: first.order["number"] }, order_item }, first);
  });

  test("an ID that Omnitron no longer knows is looked up again at the next attempt", async (context) => {
    const fixture = await startAkinon(context);
    await fixture.send(outgoingSample());
    const isCreate = ({ target }: { target: string }) => target.endsWith("/create_orders/");
    fixture.proxy.strike(isCreate, { status: 400, body: isGone });
    equal((await attempt(fixture, outgoingSample({}, "SHO1-2"))).outcome, "down");
    equal(fixture.count("GET customers"), 1);
    await fixture.send(outgoingSample({}, "SHO1-2"));
    equal(fixture.count("GET customers"), 2);
  });

  test("an ID just looked up that Omnitron does not know is the order's fault", async (context) => {
    const fixture = await startAkinon(context);
    fixture.proxy.strike(({ target }) => target.endsWith("/create_orders/"), { status: 400, body: isGone });
    equal((await attempt(fixture, outgoingSample())).outcome, "rejected");
  });
});

describe("Akinon: the customer", () => {
  test("is the one of that e-mail, however it is written", async (context) => {
    const fixture = await startAkinon(context);
    await fixture.send(outgoingSample());
    const buyer = { ...orderSample.buyer, email: "ZOE@example.invalid" };
    const outgoing = outgoingSample({ buyer }, "SHO1-2");
    const fresh = startOther(fixture);
    await fresh.create(await fresh.prepare(outgoing), outgoing);
    const [first, second] = fixture.sandbox.orders("akinon").map(({ request }) => Object(request).order.customer);
    equal(second, first);
  });

  test("of two first orders of one buyer at once is made once", async (context) => {
    const { open, sandbox, calls } = await startAkinon(context);
    const work = async (reference: string) => {
      const outgoing = outgoingSample({}, reference);
      const client = open();
      await client.create(await client.prepare(outgoing), outgoing);
    };
    await Promise.all(["SHO1-1", "SHO1-2", "SHO1-3"].map(work));
    const customers = sandbox.orders("akinon").map(({ request }) => Object(request).order.customer);
    deepEqual(customers, [customers[0], customers[0], customers[0]]);
    ok(calls().includes("POST customers"));
  });

  test("a customer whose e-mail was changed there is found by our code", async (context) => {
    const fixture = await startAkinon(context);
    const isList = ({ method, target }: { method: string; target: string }) =>
      method === "GET" && target.includes("/customers/?email=");
    await fixture.send(outgoingSample());
    // The server does not find the e-mail any more, and still has the code.
    fixture.proxy.strike(isList, { status: 200, body: '{"count":0,"next":null,"results":[]}' }, { times: 2 });
    const fresh = startOther(fixture);
    const outgoing = outgoingSample({}, "SHO1-2");
    await fresh.create(await fresh.prepare(outgoing), outgoing);
    const [first, second] = fixture.sandbox.orders("akinon").map(({ request }) => Object(request).order.customer);
    equal(second, first);
  });

  test("of a server that ignores the filter is not taken for ours", async (context) => {
    const fixture = await startAkinon(context);
    const body = '{"count":1,"next":null,"results":[{"pk":1,"email":"somebody@example.invalid"}]}';
    fixture.proxy.strike(({ method, target }) => method === "GET" && target.includes("/customers/"), {
      status: 200,
      body,
    });
    const { order } = await fixture.send(outgoingSample());
    equal(order["customer"], 36406);
  });

  test("needs an e-mail address: the order's, the destination's, or the delivery is rejected", async (context) => {
    const bare = {
      buyer: undefined,
      billingAddress: undefined,
      shippingAddress: { ...address, email: undefined },
    };
    const without = await startAkinon(context);
    await rejects(without.client.prepare(outgoingSample(bare)), (error: unknown) => {
      ok(error instanceof Rejected);
      equal(
        error.reason,
        "The order has no e-mail address, which akinon/demo requires: set missing.email of that destination in the stage file, or add it to the order.",
      );
      return true;
    });
    deepEqual(without.posted("customers"), []);

    const withDefault = await startAkinon(context, { missing: { email: "none@example.invalid" } });
    await withDefault.send(outgoingSample(bare));
    equal(JSON.parse(withDefault.posted("customers")[0] ?? "").email, "none@example.invalid");
  });

  test("is refused by Omnitron: the delivery is rejected with its words", async (context) => {
    const { client } = await startAkinon(context);
    const buyer = { ...orderSample.buyer, email: "not an address" };
    await rejects(client.prepare(outgoingSample({ buyer })), /customer \(400\): .*valid email address/);
  });
});

describe("Akinon: addresses", () => {
  test("that are there are found by the hash in the refusal", async (context) => {
    const fixture = await startAkinon(context);
    await fixture.send(outgoingSample());
    const fresh = startOther(fixture);
    const outgoing = outgoingSample({}, "SHO1-2");
    await fresh.create(await fresh.prepare(outgoing), outgoing);
    const [first, second] = fixture.sandbox.orders("akinon").map(({ request }) => Object(request).order);
    deepEqual([second.shipping_address, second.billing_address], [first.shipping_address, first.billing_address]);
    equal(fixture.count("GET addresses"), 2);
  });

  test("without a billing address the shipping address is both, created once unless a tax number differs", async (context) => {
    const fixture = await startAkinon(context);
    const { order } = await fixture.send(outgoingSample({ billingAddress: undefined, taxIds: [] }));
    equal(order["billing_address"], order["shipping_address"]);
    equal(fixture.posted("addresses").length, 1);
  });

  test("carry tax numbers on the invoice's, streets in one line, notes cut, the province at the end", async (context) => {
    const fixture = await startAkinon(context);
    const taxIds = [
      { type: "vat" as const, value: "FR12345678901" },
      { type: "tax-office" as const, value: "Kadıköy" },
      { type: "national" as const, value: "10000000146" },
    ];
    await fixture.send(outgoingSample({ taxIds, shippingAddress: { ...address, remark: "r".repeat(600) } }));
    const [shipping, billing] = fixture.posted("addresses").map((body) => JSON.parse(body));
    equal(shipping.line, "7 rue Rabelais, Bâtiment B, Centre-Val de Loire");
    deepEqual([shipping.notes.length, shipping.notes.at(-1)], [512, "…"]);
    deepEqual([shipping.first_name, shipping.last_name, shipping.company_name], ["Zoé", "Lefèvre", "Atelier Lefèvre"]);
    deepEqual([shipping.postcode, shipping.phone_number], ["45000", "07 82 24 67 93"]);
    deepEqual([shipping.tax_no, billing.tax_no], [undefined, "FR12345678901"]);
    deepEqual([billing.tax_office, billing.identity_number], ["Kadıköy", "10000000146"]);
  });

  test("of a one-word name have it as the last name", async (context) => {
    const fixture = await startAkinon(context);
    const shippingAddress = { ...address, name: "Madonna", firstName: undefined, lastName: undefined };
    await fixture.send(outgoingSample({ shippingAddress }));
    const { first_name, last_name } = JSON.parse(fixture.posted("addresses")[0] ?? "");
    deepEqual([first_name, last_name], [undefined, "Madonna"]);
  });

  test("need a phone number: the buyer's will do, else the destination's, else the delivery is rejected", async (context) => {
    const shippingAddress = { ...address, phone: undefined };
    const buyers = await startAkinon(context);
    await buyers.send(outgoingSample({ shippingAddress }));
    equal(JSON.parse(buyers.posted("addresses")[0] ?? "").phone_number, "07 82 24 67 93");

    const nobodys = outgoingSample({ shippingAddress, buyer: { ...orderSample.buyer, phone: undefined } });
    const withDefault = await startAkinon(context, { missing: { phone: "+90 216 000 00 00" } });
    await withDefault.send(nobodys);
    equal(JSON.parse(withDefault.posted("addresses")[0] ?? "").phone_number, "+90 216 000 00 00");

    const without = await startAkinon(context);
    await rejects(
      without.client.prepare(nobodys),
      /^Rejected: The order has no phone number, which akinon\/demo requires/,
    );
  });

  test("with a name or street too long are rejected, never cut", async (context) => {
    const { client } = await startAkinon(context);
    const long = (changes: object) => client.prepare(outgoingSample({ shippingAddress: { ...address, ...changes } }));
    await rejects(
      long({ lastName: "L".repeat(256) }),
      /last name has 256 characters, and akinon\/demo takes at most 255/,
    );
    await rejects(long({ street1: "s ".repeat(200) }), /street has 432 characters and does not fit/);
    await rejects(long({ phone: "1".repeat(129) }), /phone number has 129 characters/);
  });

  test("without a shipping address there is no delivery", async (context) => {
    const { client } = await startAkinon(context);
    await rejects(
      client.prepare(outgoingSample({ shippingAddress: null })),
      /^Rejected: The order has no shipping address/,
    );
  });
});

describe("Akinon: geography", () => {
  const strict = { switches: { strictGeography: true } };
  const going = (changes: object) => outgoingSample({ shippingAddress: { ...address, ...changes } });

  test("a city that Omnitron does not know rejects the delivery in one sentence", async (context) => {
    const { client, posted } = await startAkinon(context, strict);
    await rejects(client.prepare(going({ city: "Atlantis" })), (error: unknown) => {
      ok(error instanceof Rejected);
      equal(
        error.reason,
        'The order\'s shipping city "Atlantis" must be exactly one city of Omnitron, which has none: correct the order, map the name in Omnitron, or set geography of akinon/demo.',
      );
      return true;
    });
    deepEqual(posted("addresses"), []);
  });

  test("a city that is there twice is none", async (context) => {
    const { client } = await startAkinon(context, strict);
    const springfield = going({ country: "US", city: "Springfield", district: undefined, province: "Illinois" });
    await rejects(
      client.prepare(springfield),
      /city "Springfield" must be exactly one city of Omnitron, which has 2 of them/,
    );
  });

  test("a township that Omnitron does not know rejects the delivery; without one there is none to know", async (context) => {
    const fixture = await startAkinon(context, strict);
    await rejects(fixture.client.prepare(going({ district: "Nowhere" })), /township "Nowhere" must be exactly one/);
    await fixture.send(going({ district: undefined }));
    equal(JSON.parse(fixture.posted("addresses")[0] ?? "").township, undefined);
  });

  test("a name that is mapped in Omnitron is found by its code", async (context) => {
    const fixture = await startAkinon(context, {
      switches: { strictGeography: true, mappedPlaces: { "5_Aureliani": "Orléans" } },
    });
    await fixture.send(going({ city: "Aureliani" }));
    const off = await startAkinon(context, { ...strict, settings: { geographyMapping: false } });
    await rejects(off.client.prepare(going({ city: "Aureliani" })), Rejected);
  });

  test("all three levels, from the fields that are set for the country", async (context) => {
    const fixture = await startAkinon(context, {
      ...strict,
      settings: { geography: { TR: { city: "province", township: "city", district: "district" } } },
    });
    const kadikoy = { country: "TR", province: "İstanbul", city: "Kadıköy", district: "Moda", street2: undefined };
    await fixture.send(going(kadikoy));
    const { country, city, township, district, line } = JSON.parse(fixture.posted("addresses")[0] ?? "");
    ok([country, city, township, district].every(Number.isInteger));
    // Whatever Omnitron has as a place is left out of the street.
    equal(line, "7 rue Rabelais");
  });

  test("a country that Omnitron does not have rejects the delivery", async (context) => {
    const { client } = await startAkinon(context);
    await rejects(client.prepare(going({ country: "AQ" })), /no active country AQ/);
  });

  test("a server that ignores the filter by name does not send the parcel to another city", async (context) => {
    const fixture = await startAkinon(context, strict);
    const body = '[{"pk":1,"name":"Paris","code":"x"}]';
    fixture.proxy.strike(({ target }) => target.includes("/cities/?"), { status: 200, body }, { times: 99 });
    await rejects(fixture.client.prepare(outgoingSample()), /city "Orléans"/);
  });
});

describe("Akinon: geography as people write it", () => {
  const strict = { switches: { strictGeography: true } };
  const turkey = (changes: object) =>
    outgoingSample({
      shippingAddress: { ...address, country: "TR", city: "İstanbul", district: undefined, ...changes },
      billingAddress: undefined,
    });
  const placesOf = async (fixture: Awaited<ReturnType<typeof startAkinon>>, outgoing: Outgoing) => {
    await fixture.send(outgoing);
    const { city, township } = JSON.parse(fixture.posted("addresses")[0] ?? "");
    return { city, township };
  };

  for (const city of ["İSTANBUL", "Istanbul", "istanbul", "ISTANBUL", "ıstanbul", "I\u0307stanbul", " İstanbul "]) {
    test(`the city ${JSON.stringify(city)} is İstanbul, and "Kadikoy" is its Kadıköy`, async (context) => {
      const known = await placesOf(await startAkinon(context, strict), turkey({ district: "Kadıköy" }));
      const fixture = await startAkinon(context, strict);
      deepEqual(await placesOf(fixture, turkey({ city, district: "Kadikoy" })), known);
    });
  }

  test("the server's only hit is trusted, whatever name it shows", async (context) => {
    const known = await placesOf(await startAkinon(context, strict), turkey({}));
    const fixture = await startAkinon(context, strict);
    const { city } = known;
    const body = JSON.stringify({ count: 1, next: null, results: [{ pk: city, name: "Constantinople" }] });
    const isByName = ({ target }: { target: string }) => /cities\/\?name__iexact=[^&]*stanbul/.test(target);
    fixture.proxy.strike(isByName, { status: 200, body });
    deepEqual(await placesOf(fixture, turkey({ city: "istanbul" })), known);
  });

  test("a server that compares in Turkish is believed, and one that does not filter by name is read", async (context) => {
    const known = await placesOf(await startAkinon(context, strict), turkey({}));
    for (const switches of [{ placeNames: "turkish" }, { placeFilter: false }]) {
      const fixture = await startAkinon(context, { switches: { strictGeography: true, ...switches } });
      deepEqual(await placesOf(fixture, turkey({ city: "istanbul" })), known);
    }
  });

  test("names are read on no more pages than set, and then the order is rejected", async (context) => {
    const { client } = await startAkinon(context, { ...strict, settings: { geographyPages: 0 } });
    await rejects(client.prepare(turkey({ city: "Istanbul" })), /city "Istanbul" must be exactly one city of Omnitron/);
  });

  test("a district without its accents is not taken for another country's city", async (context) => {
    const { client } = await startAkinon(context, strict);
    await rejects(client.prepare(turkey({ city: "Orleans" })), /city "Orleans"/);
  });
});

describe("Akinon: where the invoice goes", () => {
  const strict = { switches: { strictGeography: true } };
  const brazil = { ...orderSample.billingAddress, country: "BR", city: "Rio", province: "RJ" };
  const dresden = { ...orderSample.billingAddress, country: "DE", city: "Dresden", province: undefined };

  test("a country or city that Omnitron lacks rejects the order, and the sentence names the billing address", async (context) => {
    const { client } = await startAkinon(context, strict);
    await rejects(
      client.prepare(outgoingSample({ billingAddress: brazil })),
      /no active country BR, which the order's billing address names: .*billingGeography of akinon\/demo/,
    );
    await rejects(client.prepare(outgoingSample({ billingAddress: dresden })), /The order's billing city "Dresden"/);
    await rejects(
      client.prepare(outgoingSample({ shippingAddress: { ...address, country: "BR" } })),
      /no active country BR, which the order's shipping address names/,
    );
  });

  test("where that is set it has the places of the shipping address, its own names in its street, and a note", async (context) => {
    for (const billingAddress of [brazil, dresden, { ...brazil, city: undefined }]) {
      const fixture = await startAkinon(context, { ...strict, settings: { billingGeography: "shipping" } });
      const outgoing = outgoingSample({ billingAddress });
      const created = await fixture.client.create(await fixture.client.prepare(outgoing), outgoing);
      deepEqual(created.notes, [
        "Omnitron does not know the places of the billing address: it has those of the shipping address.",
      ]);
      const [shipping, billing] = fixture.posted("addresses").map((body) => JSON.parse(body));
      deepEqual(
        [billing.country, billing.city, billing.township],
        [shipping.country, shipping.city, shipping.township],
      );
      const { city, province, country } = billingAddress;
      equal(billing.line, ["12 quai du Châtelet", city, province, country].filter(Boolean).join(", "));
      equal(billing.first_name, "Jean");
    }
  });

  test("an invoice address without a street is none: the shipping address is used", async (context) => {
    const fixture = await startAkinon(context, strict);
    const { order } = await fixture.send(outgoingSample({ billingAddress: { country: "BR" }, taxIds: [] }));
    equal(order["billing_address"], order["shipping_address"]);
  });
});

describe("Akinon: an API key instead of a login", () => {
  const apiKey = { channelId: 5, apiKey: "akinon-demo-api-key" };

  test("is sent as the document shows it, and nothing logs in", async (context) => {
    const fixture = await startAkinon(context, { secret: apiKey });
    await fixture.send(outgoingSample());
    const headers = atLeast(2, fixture.proxy.passed).map((passed) => passed.headers["authorization"]);
    deepEqual(new Set(headers), new Set(["akinon-demo-api-key"]));
    equal(
      fixture.calls().some((call) => call.includes("login")),
      false,
    );
  });

  test("that is refused is a fault of the destination, after one call", async (context) => {
    const { client, count } = await startAkinon(context, { secret: { ...apiKey, apiKey: "guessed-wrong" } });
    await rejects(client.check?.() ?? Promise.resolve(), (error: unknown) => {
      ok(error instanceof Misconfigured);
      ok(!error.reason.includes("guessed-wrong"));
      return true;
    });
    equal(count("GET orders"), 1);
  });

  test("replaces the login of a user: the secret has one or the other", () => {
    const takes = (more: object) =>
      akinon.secret.safeParse({ baseUrl: "https://omnitron.example.com", channelId: 5, ...more }).success;
    deepEqual(
      [{}, { username: "u" }, { username: "u", password: "p" }, { apiKey: "k" }, { apiKey: "k", password: "p" }].map(
        takes,
      ),
      [false, false, true, true, false],
    );
  });

  test("a login elsewhere is a setting", async (context) => {
    const loginPath = "/api/i1/auth/login/";
    const fixture = await startAkinon(context, { settings: { loginPath }, switches: { loginPath } });
    await fixture.send(outgoingSample());
    deepEqual(
      ["api/i1/auth/login", "/api/i1/auth/login", "api/i1/login"].map(
        (path) => akinon.settings.safeParse({ loginPath: path }).success,
      ),
      [false, false, false],
    );
  });
});

describe("Akinon: products, cargo company, lists", () => {
  test("an unknown SKU rejects the delivery naming SKU and destination, and nothing is left there", async (context) => {
    const { client, posted } = await startAkinon(context);
    await rejects(client.prepare(oneLine({ sku: "NO-SUCH" })), (error: unknown) => {
      ok(error instanceof Rejected);
      match(error.reason, /^SKU NO-SUCH is no product of Omnitron's that akinon\/demo finds: .*npm run catalog/);
      return true;
    });
    deepEqual([posted("customers"), posted("addresses")], [[], []]);
  });

  test("a line without SKU is named by its ID", async (context) => {
    const { client } = await startAkinon(context);
    await rejects(client.prepare(oneLine({ id: "4711", sku: " " })), /Line 4711 of the order has no SKU/);
  });

  test("the catalog's product ID needs no look-up, and its pack size counts", async (context) => {
    const known = productKeyOf("DEMO-TEA");
    const fixture = await startAkinon(context, {
      catalog: { "TEA-SINGLE": { productId: String(known), packSize: 3 } },
    });
    await fixture.send(oneLine({ sku: "DEMO-TEA" }));
    const before = fixture.count("GET integration_actions");
    const outgoing = { ...oneLine({ sku: "TEA-SINGLE", quantity: 6, unitPrice: "2.00" }), reference: "SHO1-2" };
    const { lines } = await fixture.client.prepare(outgoing);
    deepEqual(lines, [{ id: "1", sku: "TEA-SINGLE", quantity: 2, product: String(known) }]);
    const { order_item } = await fixture.send(outgoing);
    deepEqual(
      order_item.map(({ product, price }) => [product, price]),
      [
        [known, 6],
        [known, 6],
      ],
    );
    equal(fixture.count("GET integration_actions"), before);
  });

  test("a catalog's product ID that is no number, or half a pack, rejects the delivery", async (context) => {
    const { client } = await startAkinon(context, {
      catalog: { A: { productId: "abc" }, B: { providerSku: "DEMO-B", packSize: 2 } },
    });
    await rejects(client.prepare(oneLine({ sku: "A" })), /catalog of akinon\/demo has the product ID "abc" for SKU A/);
    await rejects(client.prepare(oneLine({ sku: "B", quantity: 3 })), /do not make whole packs of 2/);
  });

  test("the catalog's SKU is what Omnitron is asked for", async (context) => {
    const fixture = await startAkinon(context, { catalog: { OURS: { providerSku: "DEMO-THEIRS" } } });
    const { order_item } = await fixture.send(oneLine({ sku: "OURS" }));
    equal(order_item[0]?.["product"], productKeyOf("DEMO-THEIRS"));
  });

  test("120 SKUs are asked for in three calls, one with a comma alone", async (context) => {
    const fixture = await startAkinon(context, { switches: { pageSize: 200 } });
    const skus = [...Array.from({ length: 119 }, (_, n) => `DEMO-${n}`), "DEMO-A,B"];
    const lines = skus.map((sku, n) => ({ id: String(n), sku, quantity: 1, unitPrice: "1.00" }));
    const { order_item } = await fixture.send(outgoingSample({ lines, total: undefined, discount: undefined }));
    deepEqual(
      order_item.map(({ product }) => product),
      skus.map(productKeyOf),
    );
    equal(fixture.count("GET integration_actions"), 4);
  });

  test("remote IDs can be the channel's own variant IDs", async (context) => {
    const fixture = await startAkinon(context, { settings: { remoteId: "variantId", products: "remote-id" } });
    const { order_item } = await fixture.send(oneLine({ sku: "whatever", variantId: "DEMO-808950810" }));
    equal(order_item[0]?.["product"], productKeyOf("DEMO-808950810"));
  });

  test("a remote ID of two products is no answer", async (context) => {
    const fixture = await startAkinon(context);
    const body = '[{"remote_id":"DEMO-MUG","object_id":1},{"remote_id":"DEMO-MUG","object_id":2}]';
    fixture.proxy.strike(({ target }) => target.includes("/integration_actions/"), { status: 200, body });
    await rejects(fixture.client.prepare(oneLine()), /remote ID DEMO-MUG names 2 products/);
  });

  test("a cargo company must be named where there are several, and be one of them", async (context) => {
    const several = await startAkinon(context, { switches: { cargos: "several" } });
    await rejects(
      several.client.prepare(outgoingSample()),
      /Misconfigured: The channel has 3 cargo companies \(yurtici-kargo, aras-kargo, mng-kargo\): name one in cargoCompany of akinon\/demo/,
    );
    const wrong = await startAkinon(context, { settings: { cargoCompany: "ups" } });
    await rejects(wrong.client.prepare(outgoingSample()), /Misconfigured: .*no cargo company "ups" but yurtici-kargo/);
  });

  test("the service level has its cargo company and delivery type", async (context) => {
    const fixture = await startAkinon(context, {
      switches: { cargos: "several" },
      settings: {
        cargoCompany: "yurtici-kargo",
        cargoCompanies: { priority: "mng-kargo" },
        deliveryTypes: { priority: "same_day" },
      },
    });
    const priority = await fixture.send(outgoingSample({ shipping: { serviceLevel: "priority" } }));
    deepEqual([priority.order["cargo_company"], priority.order["delivery_type"]], [3, "same_day"]);
    const standard = await fixture.send(outgoingSample({}, "SHO1-2"));
    deepEqual([standard.order["cargo_company"], standard.order["delivery_type"]], [1, undefined]);
  });

  test("lists are those set, and none where none are wanted", async (context) => {
    const set = await startAkinon(context, { settings: { priceList: 21, stockList: 31 } });
    const { order_item } = await set.send(oneLine());
    deepEqual([order_item[0]?.["price_list"], order_item[0]?.["stock_list"]], [21, 31]);
    equal(set.count("GET channels/5"), 0);
    const none = await startAkinon(context, { settings: { lists: "none" } });
    equal((await none.send(oneLine())).order_item[0]?.["price_list"], undefined);
  });
});

/** The same tenant seen by a destination that has nothing in its cache. */
const startOther = ({ proxy }: Awaited<ReturnType<typeof startAkinon>>) => openAt(proxy.url, memoryTools());

const openAt = (url: string, tools: Tools, more: object = {}) =>
  akinon.open(
    {
      destination: "akinon/other",
      settings: akinon.settings.parse({}),
      secret: akinon.secret.parse({ ...secret, ...more, baseUrl: `${url}/akinon` }),
      missing: {},
    },
    tools,
  );
