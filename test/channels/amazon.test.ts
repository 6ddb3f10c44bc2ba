import { amazon } from "../../functions/channels/amazon/index.ts";
import { APP, SELLER } from "../support/amazon-seller.ts";
import { fixture, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const expected = jsonFixture("amazon/fixtures/order.expected.json");
const ID: string = expected.id;
const ORDERS = "https://sellingpartnerapi-eu.amazon.com/orders/2026-01-01/orders";
const ALL = "?includedData=BUYER%2CRECIPIENT%2CPROCEEDS%2CCANCELLATION%2CFULFILLMENT%2CPROMOTION";

channelContract(amazon, {
  secret: APP,
  settings: {
    region: "eu",
    includedData: ["BUYER", "RECIPIENT", "PROCEEDS", "CANCELLATION", "FULFILLMENT", "PROMOTION"],
  },
  shop: SELLER,
  queueRecord: {
    body: fixture("amazon/fixtures/order-change.json").toString(),
    expected: { kind: "fetch", orderId: ID },
  },
  api: {
    credentials: { refreshToken: "Atzr|first" },
    orderId: ID,
    expected,
    unknownId: "303-0000000-0000001",
    isOrderCall: ({ method, url }) => method === "GET" && url.startsWith(`${ORDERS}/`),
    answer({ method, url, headers, body = "" }) {
      if (method === "POST" && url === "https://api.amazon.com/auth/o2/token") {
        const form = Object.fromEntries(new URLSearchParams(body));
        const isRight = form["refresh_token"] === "Atzr|first" && form["client_secret"] === APP.clientSecret;
        if (!isRight || form["grant_type"] !== "refresh_token")
          return { status: 400, text: '{"error":"invalid_grant"}' };
        const granted = { access_token: "Atza|access", refresh_token: "Atzr|first", token_type: "bearer" };
        return { text: JSON.stringify({ ...granted, expires_in: 3600 }) };
      }
      if (headers?.["x-amz-access-token"] !== "Atza|access") return { status: 403 };
      return url === `${ORDERS}/${ID}${ALL}`
        ? { text: fixture("amazon/fixtures/order.json").toString() }
        : { status: 404 };
    },
  },
});
