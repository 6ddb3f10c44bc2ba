import { createHmac } from "node:crypto";
import { tiktokShop } from "../../functions/channels/tiktok-shop/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (appSecret: string) => ({
  signingSecrets: [appSecret],
  appKey: "68xu9ks5p4i8",
  tokenKey: "dGlrdG9rLXNob3AtZGVtby10b2tlbi1rZXktMzItYnk=",
});
/** openssl signed the sample with it. */
const SECRET = secretOf("order-relay-sample-app-secret-of-40-ch");
const expected = jsonFixture("tiktok-shop/fixtures/order.expected.json");
const ID: string = expected.id;
const CIPHER = "ROW_xkMbgAAAeVAQra0eZWebFQq5aIK";

const success = (data: object) => ({ text: JSON.stringify({ code: 0, message: "Success", data, request_id: "1" }) });
const refused = (code: number) => ({ text: JSON.stringify({ code, message: "refused", request_id: "1" }) });

/** By TikTok Shop's page "Sign your API request". */
function isSigned(url: URL, body: string): boolean {
  const given = new Map(url.searchParams);
  const sign = given.get("sign");
  given.delete("sign");
  const text = [...given.keys()].sort().map((name) => name + given.get(name));
  const [key = ""] = SECRET.signingSecrets;
  return (
    sign ===
    createHmac("sha256", key)
      .update(`${key}${url.pathname}${text.join("")}${body}${key}`)
      .digest("hex")
  );
}

channelContract(tiktokShop, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("tiktok-shop/fixtures/order-status-change.headers.json"),
      body: fixture("tiktok-shop/fixtures/order-status-change.json"),
    },
    otherSecret: secretOf("another-app-secret-of-forty-characters-"),
    proof: ["authorization"],
    sign: (body, { signingSecrets: [key = ""], appKey }: typeof SECRET) => ({
      authorization: hmac(key, Buffer.concat([Buffer.from(appKey), body]), "hex"),
    }),
    shop: "7494049642642441621",
    expected: { kind: "fetch", orderId: ID },
  },
  api: {
    credentials: { refreshToken: "first-refresh-token", shopCipher: CIPHER },
    orderId: ID,
    expected,
    unknownId: "576653688135258179",
    isOrderCall: ({ url }) => new URL(url).pathname === "/order/202309/orders",
    answer({ url, headers, body = "" }) {
      const { host, pathname, searchParams } = new URL(url);
      if (host === "auth.tiktok-shops.com") {
        const tokens = { access_token: "access", access_token_expire_in: 4_102_444_800, refresh_token: "second" };
        return success({ ...tokens, refresh_token_expire_in: 4_900_000_000 });
      }
      if (!isSigned(new URL(url), body)) return refused(106_001);
      if (headers?.["x-tts-access-token"] !== "access") return refused(105_002);
      if (searchParams.get("shop_cipher") !== CIPHER) return refused(106_013);
      if (pathname.endsWith("/search")) return success({ orders: [], next_page_token: "", total_count: 0 });
      const orders = searchParams.get("ids") === ID ? [jsonFixture("tiktok-shop/fixtures/order.json")] : [];
      return success({ orders });
    },
  },
});
