import { woocommerce } from "../../functions/channels/woocommerce/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (key: string) => ({ signingSecrets: [key] });
/** As WordPress stores it: the decoded text signs. */
const SECRET = secretOf("order-relay &amp; sample&#039;s secret");
const expected = jsonFixture("woocommerce/fixtures/order-updated.expected.json");
const ID: string = expected.id;
const KEYS = { consumerKey: "ck_sample", consumerSecret: "cs_sample" };
const BASE = "https://muster-keramik.example/wp-json/wc/v3";

/** WordPress's words. https://woocommerce.github.io/woocommerce-rest-api-docs/#errors */
const refusal = (status: number, code: string) => ({ status, text: JSON.stringify({ code, data: { status } }) });

channelContract(woocommerce, {
  secret: SECRET,
  settings: { url: "https://muster-keramik.example" },
  webhook: {
    request: {
      headers: jsonFixture("woocommerce/fixtures/order-updated.headers.json"),
      body: fixture("woocommerce/fixtures/order-updated.json"),
    },
    otherSecret: secretOf("another-shops-secret"),
    proof: ["x-wc-webhook-signature"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({
      "x-wc-webhook-signature": hmac(key.replace("&amp;", "&").replace("&#039;", "'"), body),
    }),
    expected: { kind: "order", order: expected },
  },
  handshakes: [
    {
      request: { headers: { "content-type": "application/x-www-form-urlencoded" }, body: "webhook_id=142" },
      answer: {},
    },
    { request: { headers: {}, body: "webhook_id=7" }, answer: {} },
  ],
  api: {
    credentials: KEYS,
    orderId: ID,
    expected,
    unknownId: "404",
    isOrderCall: ({ url }) => url.startsWith(`${BASE}/orders/`),
    answer({ url, headers }) {
      const basic = Buffer.from(`${KEYS.consumerKey}:${KEYS.consumerSecret}`).toString("base64");
      if (headers?.["authorization"] !== `Basic ${basic}`) return refusal(401, "woocommerce_rest_authentication_error");
      if (url === `${BASE}/orders/${ID}`)
        return { text: fixture("woocommerce/fixtures/order-updated.json").toString() };
      if (url.startsWith(`${BASE}/orders?`)) return { text: `[{"id":${ID}}]` };
      return refusal(404, "woocommerce_rest_shop_order_invalid_id");
    },
  },
});
