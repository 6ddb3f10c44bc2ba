import { shoplazza } from "../../functions/channels/shoplazza/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (key: string) => ({ signingSecrets: [key] });
const SECRET = secretOf("order-relay-sample-client-secret");
const expected = jsonFixture("shoplazza/fixtures/order-update.expected.json");
const ID: string = expected.id;
const DOMAIN = "muster-keramik.myshoplaza.com";
const BASE = `https://${DOMAIN}/openapi/2026-01`;

channelContract(shoplazza, {
  secret: SECRET,
  settings: { domain: DOMAIN },
  webhook: {
    request: {
      headers: jsonFixture("shoplazza/fixtures/order-update.headers.json"),
      body: fixture("shoplazza/fixtures/order-update.json"),
    },
    otherSecret: secretOf("another-apps-client-secret"),
    proof: ["x-shoplazza-hmac-sha256"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({ "x-shoplazza-hmac-sha256": hmac(key, body) }),
    expected: { kind: "order", order: expected },
  },
  api: {
    credentials: { token: "sample-token" },
    orderId: ID,
    expected,
    unknownId: "20417-00000404",
    isOrderCall: ({ url }) => url.startsWith(`${BASE}/orders/`),
    answer({ url, headers }) {
      if (headers?.["access-token"] !== "sample-token") return { status: 401, text: '{"error":"Unauthorized"}' };
      if (url === `${BASE}/orders/${ID}`) {
        const { order } = jsonFixture("shoplazza/fixtures/order-update.json");
        return { text: JSON.stringify({ code: "Success", data: { order } }) };
      }
      if (url.startsWith(`${BASE}/orders?`))
        return { text: '{"code":"Success","data":{"orders":[],"has_more":false}}' };
      return { status: 404, text: '{"errors":["Unable to find resource"]}' };
    },
  },
});
