import { squarespace } from "../../functions/channels/squarespace/index.ts";
import { fixture, hmac, jsonFixture } from "../support/deliveries.ts";
import { channelContract } from "./contract.ts";

const secretOf = (...signingSecrets: string[]) => ({
  signingSecrets,
  clientId: "client",
  clientSecret: "client-secret",
  tokenKey: "c3F1YXJlc3BhY2UtZGVtby10b2tlbi1rZXktMzJieSE=",
});
/** openssl signed the sample with it: `openssl sha256 -mac hmac -macopt hexkey:…`, as Squarespace's page shows. */
const SECRET = secretOf("6f726465722d72656c61792d73616d706c652d736563726574");
const expected = jsonFixture("squarespace/fixtures/order.expected.json");
const ID: string = expected.id;
const ORDERS = "https://api.squarespace.com/1.0/commerce/orders";

const ENDS = { access_token_expires_at: "4102444800.123", refresh_token_expires_at: "4102444800.123" };
const EMPTY = { result: [], pagination: { hasNextPage: false, nextPageCursor: null, nextPageUrl: null } };

channelContract(squarespace, {
  secret: SECRET,
  webhook: {
    request: {
      headers: jsonFixture("squarespace/fixtures/order-create.headers.json"),
      body: fixture("squarespace/fixtures/order-create.json"),
    },
    otherSecret: secretOf("616e6f74686572207765627369746527732073656372657400"),
    proof: ["squarespace-signature"],
    sign: (body, { signingSecrets: [key = ""] }: typeof SECRET) => ({
      "squarespace-signature": hmac(Buffer.from(key, "hex"), body, "hex"),
    }),
    shop: "5f3c3d55ac435e1a051f77b3",
    expected: { kind: "fetch", orderId: ID },
  },
  api: {
    credentials: { refreshToken: "first-refresh-token" },
    orderId: ID,
    expected,
    unknownId: "6713f7a854f699634f65f4e7",
    isOrderCall: ({ url }) => url.startsWith(`${ORDERS}/`),
    answer({ url, headers }) {
      if (url === "https://login.squarespace.com/api/1/login/oauth/provider/tokens") {
        return { text: JSON.stringify({ access_token: "access", refresh_token: "second", ...ENDS }) };
      }
      if (headers?.["authorization"] !== "Bearer access") return { status: 401 };
      if (url === `${ORDERS}/${ID}`) return { text: fixture("squarespace/fixtures/order.json").toString() };
      return url.startsWith(`${ORDERS}?`) ? { text: JSON.stringify(EMPTY) } : { status: 404 };
    },
  },
});
