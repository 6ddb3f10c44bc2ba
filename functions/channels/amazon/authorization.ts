import { Misconfigured } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { askForToken } from "./access.ts";
import type { Secret } from "./index.ts";
import type { Settings } from "./settings.ts";

/** Of sellers. https://developer-docs.amazon.com/sp-api/docs/seller-central-urls; those of single countries are a setting. */
const SELLER_CENTRAL = {
  na: "sellercentral.amazon.com",
  eu: "sellercentral-europe.amazon.com",
  fe: "sellercentral.amazon.co.jp",
} as const;

/** https://developer-docs.amazon.com/sp-api/docs/website-authorization-workflow */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, settings, redirectUri, state }) {
    if (app.applicationId === undefined) throw new Misconfigured("The endpoint's secret needs applicationId.");
    const query = new URLSearchParams({
      application_id: app.applicationId,
      redirect_uri: redirectUri,
      state,
      ...(settings.appState === "draft" && { version: "beta" }),
    });
    return `https://${settings.sellerCentral ?? SELLER_CENTRAL[settings.region]}/apps/authorize/consent?${query}`;
  },

  async exchange({ app, redirectUri, query }, tools) {
    const code = query.get("spapi_oauth_code");
    if (!code) throw new Misconfigured("The address that Amazon sent the browser to has no spapi_oauth_code.");
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    const { refresh_token: refreshToken } = await askForToken(grant, app, tools);
    if (refreshToken === undefined) throw new Misconfigured("Login with Amazon gave no refresh token.");
    return { credentials: { refreshToken }, shop: query.get("selling_partner_id") ?? undefined };
  },
};
