import { shopify } from "../../functions/channels/shopify/index.ts";
import { parseJson } from "../../shared/json.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (key: string) => ({
  signingSecrets: [key],
  clientId: "client",
  tokenKey: "c2hvcGlmeS1kZW1vLXRva2VuLWtleS0zMi1ieXRlcyE=",
});
const SECRET = secretOf("order-relay-sample-secret");
const SHOP = "https://muster-keramik.myshopify.com/admin";
const ID = "820982911946154508";

const expected = jsonFixture("shopify/fixtures/orders-updated.expected.json");
/** The same order as the webhook's: the Admin API's answers by ID. They keep every digit, as the API writes them. */
const ANSWERS = Object(parseJson(fixture("shopify/fixtures/admin-answers.json").toString()));

const TOKENS = { access_token: "access", expires_in: 3600, refresh_token: "second", refresh_token_expires_in: 7776000 };
const SCOPES = ["read_orders", "read_customers", "read_products"].map((handle) => ({ handle }));
const CHECKED = { currentAppInstallation: { accessScopes: SCOPES }, orders: { nodes: [] } };

channelContract(shopify, {
  secret: SECRET,
  settings: { api: "refresh-token" },
  shop: "muster-keramik.myshopify.com",
  webhook: {
    request: {
      headers: jsonFixture("shopify/fixtures/orders-updated.headers.json"),
      body: fixture("shopify/fixtures/orders-updated.json"),
    },
    otherSecret: secretOf("another-shops-secret"),
    proof: ["x-shopify-hmac-sha256"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({ "x-shopify-hmac-sha256": hmac(key, body) }),
    expected: { kind: "order", order: expected },
  },
  api: {
    credentials: { refreshToken: "first-refresh-token" },
    orderId: ID,
    // To the last field the webhook's order, and its payment, which no webhook of an update carries.
    expected: { ...expected, paidAt: "2026-10-01T12:00:00.000Z" },
    unknownId: "820982911946154509",
    isOrderCall: ({ url }) => url === `${SHOP}/api/2026-10/graphql.json`,
    answer({ url, headers, body = "{}" }) {
      const asked = JSON.parse(body);
      if (url === `${SHOP}/oauth/access_token`) {
        const isRight =
          asked.client_secret === SECRET.signingSecrets[0] && asked.refresh_token === "first-refresh-token";
        return isRight ? { text: JSON.stringify(TOKENS) } : { status: 400, text: '{"error":"invalid_grant"}' };
      }
      if (headers?.["x-shopify-access-token"] !== "access") return { status: 401 };
      if (asked.query.startsWith("query Check")) return { text: JSON.stringify({ data: CHECKED }) };
      return { text: JSON.stringify(ANSWERS[asked.variables.id] ?? { data: { order: null } }) };
    },
  },
});
