import { shopify } from "../../functions/channels/shopify/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (key: string) => ({ signingSecrets: [key] });
const SECRET = secretOf("order-relay-sample-secret");

channelContract(shopify, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("shopify/fixtures/orders-updated.headers.json"),
      body: fixture("shopify/fixtures/orders-updated.json"),
    },
    otherSecret: secretOf("another-shops-secret"),
    proof: ["x-shopify-hmac-sha256"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({ "x-shopify-hmac-sha256": hmac(key, body) }),
    expected: { kind: "order", order: jsonFixture("shopify/fixtures/orders-updated.expected.json") },
  },
});
