import { ecwid } from "../../functions/channels/ecwid/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

/** openssl signed the sample with it: `printf '%s' "$created.$id" | openssl dgst -sha256 -hmac "$secret" -binary | base64`. */
const SECRET = { signingSecrets: ["order-relay-sample-client-secret"] };
const expected = jsonFixture("ecwid/fixtures/order.expected.json");
const STORE = "https://app.ecwid.com/api/v3/1003";
const answers: Record<string, string> = {
  [`${STORE}/orders/${expected.id}`]: fixture("ecwid/fixtures/order.json").toString(),
  [`${STORE}/profile`]: JSON.stringify({ formatsAndUnits: { currency: "EUR" } }),
  [`${STORE}/orders`]: JSON.stringify({ total: 0, count: 0, offset: 0, limit: 1, items: [] }),
};
const NOT_FOUND = JSON.stringify({
  errorCode: "ORDER_NOT_FOUND",
  errorMessage: "Order with specified ID was not found",
});

channelContract(ecwid, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("ecwid/fixtures/order-created.headers.json"),
      body: fixture("ecwid/fixtures/order-created.json"),
    },
    otherSecret: { signingSecrets: ["another-store-app-client-secret"] },
    proof: ["x-ecwid-webhook-signature"],
    sign(body, { signingSecrets: [key = ""] }: typeof SECRET) {
      const { eventCreated, eventId } = JSON.parse(Buffer.from(body).toString());
      return { "x-ecwid-webhook-signature": hmac(key, `${eventCreated}.${eventId}`) };
    },
    shop: "1003",
    expected: { kind: "fetch", orderId: expected.id },
  },
  api: {
    credentials: { accessToken: "secret_of_the_store" },
    orderId: expected.id,
    expected,
    unknownId: "ZZZZZ",
    isOrderCall: ({ url }) => url.startsWith(`${STORE}/orders/`),
    answer({ url, headers }) {
      if (headers?.["authorization"] !== "Bearer secret_of_the_store") return { status: 403 };
      const text = answers[url.split("?")[0] ?? ""];
      return text === undefined ? { status: 404, text: NOT_FOUND } : { text };
    },
  },
});
