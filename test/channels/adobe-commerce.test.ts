import { createPublicKey, createSign } from "node:crypto";
import { adobeCommerce } from "../../functions/channels/adobe-commerce/index.ts";
import secrets from "../../local/secrets.json" with { type: "json" };
import { fixture, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const SECRET = { clientIds: ["6f0e2d4c8b7a49d2a1c35e7f90b1d2e3"] };
// openssl dgst -sha256 -sign key.pem order-save.json | base64
const { privateKey, secondPrivateKey } = secrets.endpoints["adobe-commerce/demo"];
const publicOf = (key: string) => createPublicKey(key).export({ format: "pem", type: "spki" }).toString();
/** The second signature's key is no longer at its address: Adobe is replacing it. */
const KEY_URL = "https://static.adobeioevents.com/prod/keys/pub-key-lyTi93gQe4.pem";

const ID = "820982911946154508";
const BASE = "https://muster-keramik.example/rest/all/V1";
const TOKEN = "token-of-the-integration";

channelContract(adobeCommerce, {
  secret: SECRET,
  settings: { url: "https://muster-keramik.example" },
  webhook: {
    request: {
      headers: jsonFixture("adobe-commerce/fixtures/order-save.headers.json"),
      body: fixture("adobe-commerce/fixtures/order-save.json"),
    },
    otherSecret: { clientIds: ["another-project"] },
    proof: ["x-adobe-public-key1-path", "x-adobe-digital-signature-1"],
    sign: (body) => ({
      "x-adobe-digital-signature-1": createSign("RSA-SHA256").update(body).sign(privateKey, "base64"),
    }),
    keys: { right: { [KEY_URL]: publicOf(privateKey) }, wrong: { [KEY_URL]: publicOf(secondPrivateKey) } },
    shop: "5d0f3a1e-7c42-4b0a-9a57-2f6f1c9e0d11",
    expected: { kind: "fetch", orderId: ID },
  },
  handshakes: [
    {
      request: { method: "GET", query: { challenge: "8ec8d794-e0ab-42df-9017-e3dada8e84f7" }, body: "" },
      answer: { body: "8ec8d794-e0ab-42df-9017-e3dada8e84f7" },
    },
    {
      request: {
        headers: { "content-type": "application/json" },
        body: '{"validationUrl": "https://csm.adobe.io/csm/registrations/validate?id=a-1&challenge=b-2"}',
      },
      answer: {},
    },
  ],
  api: {
    credentials: { accessToken: TOKEN },
    orderId: ID,
    expected: jsonFixture("adobe-commerce/fixtures/order.expected.json"),
    unknownId: "404",
    isOrderCall: ({ url }) => url.startsWith(`${BASE}/orders/`),
    answer({ url, headers }) {
      if (headers?.["authorization"] !== `Bearer ${TOKEN}`) return { status: 401 };
      if (url === `${BASE}/orders/${ID}`) return { text: fixture("adobe-commerce/fixtures/order.json").toString() };
      if (url.startsWith(`${BASE}/orders?`)) return { text: '{"items":[],"total_count":0}' };
      return { status: 404, text: '{"message":"The entity that was requested doesn\'t exist."}' };
    },
  },
});
