import { deepEqual, equal, match, notEqual, throws } from "node:assert/strict";
import { describe, test } from "node:test";
import { canonicalJson, sign, signedText } from "../../functions/providers/lingxing/sign.ts";
import { isSigned } from "../../local/simulators/providers/lingxing/signature.ts";

/** reference/providers.md 3.2, "Worked vectors": computed with the vendor's Python algorithm. */
const appId = "ak_0123456789abc";
const common = {
  access_token: "4dcaa78e-b52d-4325-bc35-571021bb0787",
  app_key: appId,
  timestamp: "1720429074",
};
const item = { msku: "msku123", quantity_shipped: 1, declared_value: 1.23, declared_currency: "USD" };
/** The sample body of the document, unchanged. */
const sample = {
  store_name: "8speed-US1",
  country: "美国",
  order_id: "1000796",
  is_blank_box: "否",
  is_block_amzl: "否",
  receiver: "jack",
  country_code: "US",
  region: "AL-Alabama",
  city: "Autaugaville",
  address1: "Autauga",
  address2: "Autauga",
  postcode: "36003",
  phone_number: "123456",
  buyers_mailbox: "123456@gmail.com",
  order_id_for_packing: "1802",
  date_for_packing: "2022-12-09",
  remark_for_packing: "Thank you for your order",
  delivery_operation: "保留订单",
  delivery_service: "标准配送",
  remark: "备注",
  item_list: [item],
};
const A = "2mdenVX91CjDOIY6otwYkcWlgjDRD49FgtOmqe7SSHRIwVhSPzVcd0sPeLkAl3rO";
const C = "3BxjUnGy6FBAVM+33MGe5uJZZXPPXWKCWRmaSsMNmTNIwVhSPzVcd0sPeLkAl3rO";
const C2 = "e5bhiT02utR1CQBYx5QzsEGLrZtEi4854zn3LZb5fuJIwVhSPzVcd0sPeLkAl3rO";

describe("Lingxing's signature", () => {
  test("vector A: a GET without business parameters", () => {
    equal(sign(common, appId), A);
  });

  test("vector C: the document's sample body, whatever the order of its items' keys", () => {
    equal(sign({ ...sample, ...common }, appId), C);
    const text = signedText({ ...sample, ...common });
    match(text, /^access_token=4dcaa78e.*&address1=Autauga&address2=Autauga&app_key=ak_0123456789abc&/);
    match(text, /&country=美国&/);
    match(
      text,
      /&item_list=\[\{"declared_currency":"USD","declared_value":1\.23,"msku":"msku123","quantity_shipped":1\}\]&/,
    );
    match(text, /&timestamp=1720429074$/);
  });

  test("vector C2: the simulator takes keys in the body's own order, too, and no third one", () => {
    const switches = { appId, signedNested: "either" as const };
    equal(isSigned({ ...sample, ...common }, C, switches), true);
    equal(isSigned({ ...sample, ...common }, C2, switches), true);
    equal(isSigned({ ...sample, ...common }, C2, { ...switches, signedNested: "sorted" }), false);
    equal(isSigned({ ...sample, ...common }, C, { ...switches, signedNested: "as-sent" }), false);
    equal(isSigned({ ...sample, order_id: "1000797", ...common }, C, switches), false);
  });

  test("vector C goes into a URL encoded once", () => {
    equal(encodeURIComponent(C), "3BxjUnGy6FBAVM%2B33MGe5uJZZXPPXWKCWRmaSsMNmTNIwVhSPzVcd0sPeLkAl3rO");
  });

  test("the last block is padding alone: the same for every signature of one appId", () => {
    const ends = [A, C, sign({ any: 1 }, appId)].map((one) => Buffer.from(one, "base64").subarray(32).toString("hex"));
    equal(new Set(ends).size, 1);
    equal(sign({ any: 1 }, appId).length, 64);
  });

  test("business parameters of a GET join the same sort and the same text, numbers as their digits", () => {
    equal(
      signedText({ ...common, offset: 0, length: 100 }),
      `access_token=${common.access_token}&app_key=${appId}&length=100&offset=0&timestamp=1720429074`,
    );
  });

  test("an empty string is left out of the text altogether, even where the body carries it", () => {
    const without = { order_id: "1", ...common };
    equal(signedText({ ...without, address2: "" }), signedText(without));
    equal(sign({ ...without, address2: "" }, appId), sign(without, appId));
    notEqual(canonicalJson({ order_id: "1", address2: "" }), canonicalJson({ order_id: "1" }));
  });

  test("null is neither signed nor sent, at the top as below it", () => {
    const parameters = { b: "2", a: null, list: [{ x: null, y: 1 }] };
    equal(signedText(parameters), 'b=2&list=[{"y":1}]');
    equal(canonicalJson(parameters), '{"b":"2","list":[{"y":1}]}');
    const body = JSON.parse(canonicalJson(parameters)) as object;
    const signature = sign({ ...parameters, ...common }, appId);
    equal(isSigned({ ...body, ...common }, signature, { appId, signedNested: "either" }), true);
  });

  test("whatever a body holds, the server that rebuilds the text from what arrived finds the same signature", () => {
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const texts = ["", "a b+c/=&", "国—é", "\u{1f338}", '"quoted"\n', "null", "0"];
    const value = (depth: number): unknown => {
      switch (random(depth > 2 ? 5 : 7)) {
        case 0:
          return null;
        case 1:
          return random(2) === 0;
        case 2:
          return random(100_000) / 100;
        case 5:
          return Array.from({ length: random(4) }, () => value(depth + 1));
        case 6:
          return members(depth + 1);
        default:
          return texts[random(texts.length)];
      }
    };
    const members = (depth: number) =>
      Object.fromEntries(Array.from({ length: random(6) }, () => [`${"aZ_é"[random(4)]}${random(20)}`, value(depth)]));
    for (let body = 0; body < 300; body++) {
      const parameters = members(0);
      const signature = sign({ ...parameters, ...common }, appId);
      const arrived = JSON.parse(canonicalJson(parameters)) as object;
      const switches = { appId, signedNested: "as-sent" as const };
      equal(isSigned({ ...arrived, ...common }, signature, switches), true, JSON.stringify(parameters));
    }
  });

  test("strings and numbers of the top level mix in one text, without quotes", () => {
    equal(
      signedText({ s: "17", n: 17, yes: true, d: 1.5, zero: 0, no: false }),
      "d=1.5&n=17&no=false&s=17&yes=true&zero=0",
    );
  });

  test("an array of objects is one value: compact, nested keys sorted, no pairs of their own", () => {
    const order_info = [
      { sid: 109, seller_fulfillment_order_id: "669-R-R" },
      { sid: 17, seller_fulfillment_order_id: "2" },
    ];
    equal(
      signedText({ order_info }),
      'order_info=[{"seller_fulfillment_order_id":"669-R-R","sid":109},{"seller_fulfillment_order_id":"2","sid":17}]',
    );
  });

  test("nested keys are sorted at every depth by code units, arrays keep their order, what has no value goes", () => {
    equal(
      canonicalJson({ b: [{ d: 1, c: [3, 1, 2] }], a: { z: undefined, y: null, Z: "/é国", B: true } }),
      '{"a":{"B":true,"Z":"/é国"},"b":[{"c":[3,1,2],"d":1}]}',
    );
    // "ａ" (U+FF41) sorts behind "𝒂" (U+1D482) by code units, before it by code points.
    equal(canonicalJson({ "\uff41": 1, "\u{1d482}": 2 }), '{"\u{1d482}":2,"\uff41":1}');
  });

  test("the nested values of the body are character for character what was signed", () => {
    const body = canonicalJson(sample);
    const nested = canonicalJson(sample.item_list);
    equal(body.includes(`"item_list":${nested}`), true);
    equal(signedText(sample).includes(`item_list=${nested}`), true);
    deepEqual(JSON.parse(body), sample);
  });

  test("keys are sorted as ASCII: capitals before small letters, digits before both", () => {
    equal(signedText({ b: 1, B: 2, a1: 3, a: 4, "1": 5 }), "1=5&B=2&a=4&a1=3&b=1");
  });

  test("nothing is URL-encoded in the text", () => {
    equal(signedText({ mail: "a b+c@d.e/ü" }), "mail=a b+c@d.e/ü");
  });

  test("a number that only an exponent can write is refused, not signed", () => {
    for (const number of [1e21, 1e-7, Number.NaN, Number.POSITIVE_INFINITY])
      throws(() => signedText({ number }), TypeError);
    equal(signedText({ number: 1.2 }), "number=1.2");
  });

  test("an appId of 24 or 32 characters is a longer key", () => {
    for (const id of ["ak_012345678901234567890", "ak_01234567890123456789012345678"]) {
      equal(isSigned(common, sign(common, id), { appId: id, signedNested: "either" }), true);
    }
  });
});
