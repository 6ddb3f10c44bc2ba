import { wix } from "../../functions/channels/wix/index.ts";
import { fixture, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";
import { INSTANCE, OTHERS, OURS, secretOf, token } from "./wix-events.ts";

/** openssl signed the sample, and its private key is gone: the second key is that of the signer below. */
const SECRET = secretOf(fixture("wix/fixtures/public-key.pem").toString(), OURS.publicKey);
const PRIVATE_KEYS = new Map([OURS, OTHERS].map(({ publicKey, privateKey }) => [publicKey, privateKey]));
const order = jsonFixture("wix/fixtures/order.expected.json");
const ID: string = order.id;
const API = "https://www.wixapis.com";
const NO_ORDERS = { orders: [], metadata: { count: 0, cursors: { next: null, prev: null }, hasNext: false } };

channelContract(wix, {
  secret: SECRET,
  // Within the hour in which the sample's token is valid.
  now: Date.parse("2026-11-20T15:10:00.000Z"),
  webhook: {
    request: {
      headers: jsonFixture("wix/fixtures/order-approved.headers.json"),
      body: fixture("wix/fixtures/order-approved.jwt"),
    },
    otherSecret: secretOf(OTHERS.publicKey),
    proof: "body",
    sign: () => ({}),
    signAgain(body, { publicKeys }: typeof SECRET) {
      const [, claims = ""] = Buffer.from(body).toString().split(".");
      const privateKey = PRIVATE_KEYS.get(publicKeys.at(-1) ?? "") ?? "";
      return Buffer.from(token(Buffer.from(claims, "base64url").toString(), { privateKey }));
    },
    shop: INSTANCE,
    expected: { kind: "order", order },
  },
  api: {
    orderId: ID,
    expected: order,
    unknownId: "00000000-0000-4000-8000-000000000000",
    isOrderCall: ({ url }) => url.startsWith(`${API}/ecom/v1/orders/`),
    answer({ url, headers }) {
      if (url === `${API}/oauth2/token`) {
        return { text: JSON.stringify({ access_token: "access", token_type: "Bearer", expires_in: 14_400 }) };
      }
      if (headers?.["authorization"] !== "access") return { status: 401 };
      if (url === `${API}/ecom/v1/orders/${ID}`) return { text: fixture("wix/fixtures/order.json").toString() };
      return url === `${API}/ecom/v1/orders/search` ? { text: JSON.stringify(NO_ORDERS) } : { status: 404 };
    },
  },
});
