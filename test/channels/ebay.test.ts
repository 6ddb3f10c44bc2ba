import { createHash, createPublicKey, createSign, generateKeyPairSync } from "node:crypto";
import { ebay } from "../../functions/channels/ebay/index.ts";
import secrets from "../../local/secrets.json" with { type: "json" };
import { fixture, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const SECRET = {
  ...{ verificationToken: "order-relay-sample-verification-token", clientId: "client", clientSecret: "cert" },
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
};
const ADDRESS = "https://hooks.example.com/webhooks/ebay/sample";
const ID = "12-15344-70911";
const HOST = "https://api.ebay.com";
const ORDERS = `${HOST}/sell/fulfillment/v1/order`;

// openssl signed the sample with it, under the key ID of eBay's own example.
const { privateKey } = secrets.endpoints["ebay/demo"];
const KEY_ID = "9936261a-7d7b-4621-a0f1-96ccb428af49";
const KEY_URL = `${HOST}/commerce/notification/v1/public_key/${KEY_ID}`;
const token = { [`${HOST}/identity/v1/oauth2/token`]: '{"access_token":"application","expires_in":7200}' };
/** The PEM comes without line breaks. */
const keyAnswer = (pem: string | Buffer) =>
  JSON.stringify({ key: pem.toString().replaceAll("\n", ""), algorithm: "ECDSA", digest: "SHA1" });
const publicOf = (key: string) => createPublicKey(key).export({ format: "pem", type: "spki" });
const other = generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "pem", type: "spki" });
const CODE = "a8628072-3d33-45ee-9004-bee86830a22d";
const challengeResponse = createHash("sha256").update(`${CODE}${SECRET.verificationToken}${ADDRESS}`).digest("hex");

channelContract(ebay, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("ebay/fixtures/order-confirmation.headers.json"),
      body: fixture("ebay/fixtures/order-confirmation.json"),
    },
    otherSecret: { ...SECRET, clientId: "another" },
    proof: ["x-ebay-signature"],
    sign(body) {
      const signature = createSign("sha1").update(body).sign(privateKey, "base64");
      const parts = { alg: "ecdsa", kid: KEY_ID, signature, digest: "SHA1" };
      return { "x-ebay-signature": Buffer.from(JSON.stringify(parts)).toString("base64") };
    },
    keys: {
      right: { ...token, [KEY_URL]: keyAnswer(publicOf(privateKey)) },
      wrong: { ...token, [KEY_URL]: keyAnswer(other) },
      none: token,
    },
    url: ADDRESS,
    shop: "TGmusterkrm1",
    expected: { kind: "fetch", orderId: ID },
  },
  handshakes: [
    {
      request: { method: "GET", query: { challenge_code: CODE }, body: "" },
      answer: { body: JSON.stringify({ challengeResponse }), contentType: "application/json" },
    },
  ],
  api: {
    credentials: { refreshToken: "v^1.1#refresh" },
    orderId: ID,
    expected: jsonFixture("ebay/fixtures/order.expected.json"),
    unknownId: "99-99999-99999",
    isOrderCall: ({ url }) => url.startsWith(`${ORDERS}/`),
    answer({ url, headers }) {
      if (url === `${HOST}/identity/v1/oauth2/token`) {
        return { text: '{"access_token":"user","expires_in":7200,"token_type":"User Access Token"}' };
      }
      if (headers?.["authorization"] !== "Bearer user") return { status: 401 };
      if (url.startsWith(`${ORDERS}/${ID}?`)) return { text: fixture("ebay/fixtures/order.json").toString() };
      if (url.startsWith(`${ORDERS}?`)) return { text: '{"total":0,"orders":[]}' };
      return { status: 404, text: '{"errors":[{"errorId":32100}]}' };
    },
  },
});
