import { createHmac, timingSafeEqual } from "node:crypto";
import { consentCode } from "../../../shared/connector/consent-code.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { appOf, askForToken, GrantedAccess, RefreshableAccess } from "./access.ts";
import type { Secret } from "./index.ts";
import type { Settings } from "./settings.ts";
import { shopHost } from "./shop-host.ts";

/** What the settings need (docs/channels/shopify.md). A shop refuses a scope that the app does not have itself. */
const scopesFor = ({ history, holds }: Settings): string[] => [
  ...["read_orders", "read_customers", "read_products"],
  ...(history === "all" ? ["read_all_orders"] : []),
  ...(holds === "respected" ? HOLD_SCOPES : []),
];
const HOLD_SCOPES = [
  ...["read_merchant_managed_fulfillment_orders", "read_assigned_fulfillment_orders"],
  "read_third_party_fulfillment_orders",
];

/**
 * The authorization code grant, for an offline token: one that ends and is refreshed where the setting `api` is
 * "refresh-token", a permanent one where it is "token".
 * https://shopify.dev/docs/apps/build/authentication-authorization/access-tokens/authorization-code-grant
 */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, settings, shop, redirectUri, state }) {
    if (settings.api !== "token" && settings.api !== "refresh-token") {
      throw new Misconfigured(`The setting api is ${settings.api}: only token and refresh-token need a consent.`);
    }
    const query = new URLSearchParams({
      client_id: clientOf(app).client_id,
      scope: scopesFor(settings).join(","),
      redirect_uri: redirectUri,
      state,
    });
    return `https://${hostOf(shop)}/admin/oauth/authorize?${query}`;
  },

  async exchange({ app, settings, shop, query }, tools) {
    const client = clientOf(app);
    const code = consentCode(query);
    if (!isSigned(query, client.client_secret)) {
      throw new Misconfigured("The address that the browser was sent to is not signed by Shopify (hmac).");
    }
    const request = { ...client, code };
    const consented = query.get("shop")?.toLowerCase();
    if (settings.api === "token") {
      const { access_token } = await askForToken(hostOf(shop), request, GrantedAccess, tools);
      return { credentials: { accessToken: access_token, refreshToken: undefined }, shop: asNamed(consented, shop) };
    }
    const { refresh_token } = await askForToken(hostOf(shop), { ...request, expiring: 1 }, RefreshableAccess, tools);
    return { credentials: { accessToken: undefined, refreshToken: refresh_token }, shop: asNamed(consented, shop) };
  },
};

/** The stage file may name the shop without Shopify's domain. */
const asNamed = (consented: string | undefined, shop: string | undefined): string | undefined =>
  consented === hostOf(shop) ? shop : consented;

function hostOf(shop: string | undefined): string {
  const [host] = shopHost(shop) ?? [];
  if (host === undefined)
    throw new Misconfigured("The connection's shop in the stage file is not <name>.myshopify.com.");
  return host;
}

function clientOf(app: Secret) {
  const own = appOf(app);
  if (!own) throw new Misconfigured("The endpoint's secret needs clientId.");
  return own;
}

/** Hexadecimal, over the query without it, sorted by name: another rule than the webhooks'. */
function isSigned(query: URLSearchParams, secret: string): boolean {
  const given = query.get("hmac") ?? "";
  if (!/^[0-9a-f]{64}$/i.test(given)) return false;
  const signed = [...query].filter(([name]) => name !== "hmac" && name !== "signature");
  const text = signed
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join("&");
  return timingSafeEqual(createHmac("sha256", secret).update(text).digest(), Buffer.from(given, "hex"));
}
