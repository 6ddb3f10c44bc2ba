import { etsy } from "../../functions/channels/etsy/index.ts";
import type { HttpRequest } from "../../shared/connector/http.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (...signingSecrets: string[]) => ({
  signingSecrets,
  keystring: "keystring",
  sharedSecret: "shared-secret",
  tokenKey: Buffer.alloc(32, 1).toString("base64"),
});
/** openssl signed the sample with it: `openssl dgst -sha256 -hmac 'etsy-sample-signing-secret!!' -binary`. */
const SECRET = secretOf("whsec_ZXRzeS1zYW1wbGUtc2lnbmluZy1zZWNyZXQhIQ==");
const headers = jsonFixture("etsy/fixtures/order-paid.headers.json");
const APPLICATION = "https://api.etsy.com/v3/application";
const RECEIPTS = `${APPLICATION}/shops/31415926/receipts`;
const INVENTORY = `${APPLICATION}/listings/1572338361/inventory?show_deleted=true`;
const TOKENS = { access_token: "288.access", token_type: "Bearer", expires_in: 3600, refresh_token: "288.second" };

function answer({ url, headers: sent = {} }: HttpRequest) {
  if (url === "https://api.etsy.com/v3/public/oauth/token") return { text: JSON.stringify(TOKENS) };
  if (sent["x-api-key"] !== "keystring:shared-secret") return { status: 403 };
  if (sent["authorization"] !== "Bearer 288.access") return { status: 401 };
  if (url === `${RECEIPTS}/3021745515`) return { text: fixture("etsy/fixtures/receipt.json").toString() };
  if (url === INVENTORY) return { text: fixture("etsy/fixtures/inventory.json").toString() };
  if (url === `${APPLICATION}/scopes`) return { text: '{"scopes":["transactions_r","listings_r"]}' };
  return url.startsWith(`${RECEIPTS}?`) ? { text: '{"count":0,"results":[]}' } : { status: 404 };
}

channelContract(etsy, {
  secret: SECRET,
  now: Number(headers["webhook-timestamp"]) * 1000,
  webhook: {
    request: { headers, body: fixture("etsy/fixtures/order-paid.json") },
    otherSecret: secretOf("whsec_YW5vdGhlci1hcHBzLXNpZ25pbmctc2VjcmV0"),
    proof: ["webhook-id", "webhook-timestamp", "webhook-signature"],
    sign(body, { signingSecrets: [key = ""] }: typeof SECRET) {
      const [id, seconds] = [headers["webhook-id"], headers["webhook-timestamp"]];
      const signed = Buffer.concat([Buffer.from(`${id}.${seconds}.`), body]);
      return { "webhook-signature": `v1,${hmac(Buffer.from(key.replace("whsec_", ""), "base64"), signed)}` };
    },
    shop: "31415926",
    expected: { kind: "fetch", orderId: "3021745515" },
  },
  api: {
    credentials: { refreshToken: "288.first" },
    orderId: "3021745515",
    expected: jsonFixture("etsy/fixtures/order.expected.json"),
    unknownId: "3021745516",
    answer,
    isOrderCall: ({ url }) => url.startsWith(`${RECEIPTS}/`),
  },
});
