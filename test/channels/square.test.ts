import { createHmac } from "node:crypto";
import { square } from "../../functions/channels/square/index.ts";
import { fixture, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (...signingSecrets: string[]) => ({
  signingSecrets,
  clientId: "sq0idp-client",
  clientSecret: "sq0csp-secret",
  tokenKey: "c3F1YXJlLWRlbW8tdG9rZW4ta2V5LW9mLTMyLWJ5dGU=",
});
/** openssl signed the sample with it, over the address and then the body. */
const SECRET = secretOf("order-relay-sample-signature-key");
const ADDRESS = "https://hooks.example.com/webhooks/square/sample";
const SELLER = "MLEIGENART0X2";
const expected = jsonFixture("square/fixtures/order.expected.json");
const ID: string = expected.id;
const V2 = "https://connect.squareup.com/v2";

const text = (name: string) => ({ text: fixture(`square/fixtures/${name}`).toString() });
/** By method and URL. Square leaves out an empty list. */
const ANSWERS: Readonly<Record<string, { text: string }>> = {
  "POST https://connect.squareup.com/oauth2/token": {
    text: JSON.stringify({
      ...{ access_token: "access", token_type: "bearer", expires_at: "2100-01-01T00:00:00Z", merchant_id: SELLER },
      ...{ refresh_token: "first-refresh-token", short_lived: false },
    }),
  },
  [`GET ${V2}/orders/${ID}`]: text("order.json"),
  [`GET ${V2}/payments/3TAoBVQOcjKjCtioSxrsHLa3NvRZY`]: text("payment.json"),
  [`POST ${V2}/catalog/batch-retrieve`]: text("catalog.json"),
  "POST https://connect.squareup.com/oauth2/token/status": {
    text: JSON.stringify({
      scopes: ["ORDERS_READ", "ITEMS_READ", "PAYMENTS_READ", "MERCHANT_PROFILE_READ"],
      merchant_id: SELLER,
    }),
  },
};

channelContract(square, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("square/fixtures/order-updated.headers.json"),
      body: fixture("square/fixtures/order-updated.json"),
    },
    otherSecret: secretOf("another-application-signature-key"),
    proof: ["x-square-hmacsha256-signature"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({
      "x-square-hmacsha256-signature": createHmac("sha256", key)
        .update(Buffer.concat([Buffer.from(ADDRESS), body]))
        .digest("base64"),
    }),
    url: ADDRESS,
    shop: SELLER,
    expected: { kind: "fetch", orderId: ID },
  },
  api: {
    credentials: { refreshToken: "first-refresh-token" },
    orderId: ID,
    expected,
    unknownId: "zZ2vLssLHKJrv9H0IdJCM3gNqfdZ",
    isOrderCall: ({ method, url }) => method === "GET" && url.startsWith(`${V2}/orders/`),
    answer({ method, url, headers }) {
      const isToken = url.endsWith("/oauth2/token");
      if (!isToken && headers?.["authorization"] !== "Bearer access") return { status: 401 };
      return ANSWERS[`${method} ${url}`] ?? { status: 404 };
    },
  },
});
