import { Misconfigured } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { askForToken } from "./access.ts";
import { hostsOf } from "./hosts-of.ts";
import { sellerOf } from "./seller-of.ts";
import type { Secret, Settings } from "./settings.ts";

/** Scopes have the same names in the sandbox. */
const SCOPE = "https://api.ebay.com/oauth/api_scope";

/** https://developer.ebay.com/api-docs/static/oauth-consent-request.html */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, settings, state }) {
    const scopes = ["sell.fulfillment.readonly", ...(settings.readSeller ? ["commerce.identity.readonly"] : [])];
    const query = new URLSearchParams({
      client_id: app.clientId,
      redirect_uri: redirectNameOf(app),
      response_type: "code",
      scope: scopes.map((scope) => `${SCOPE}/${scope}`).join(" "),
      state,
      // The browser may be logged in as another user.
      prompt: "login",
    });
    return `${hostsOf(app).consent}/oauth2/authorize?${query}`;
  },

  async exchange({ app, settings, query }, tools) {
    const code = query.get("code");
    if (!code) throw new Misconfigured("The address that eBay sent the browser to has no code.");
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectNameOf(app) };
    const granted = await askForToken(grant, app, tools);
    if (!granted) {
      throw new Misconfigured("eBay refuses the code: it was used, it ended, or redirectName is another RuName.");
    }
    const { access, refreshToken } = granted;
    if (refreshToken === undefined) throw new Misconfigured("eBay gave no refresh token.");
    return {
      credentials: { refreshToken },
      shop: settings.readSeller ? await sellerOf(access, app, tools) : undefined,
    };
  },
};

/** eBay knows a redirect address by a name of its own. */
function redirectNameOf({ redirectName }: Secret): string {
  if (redirectName === undefined) throw new Misconfigured("The endpoint's secret needs redirectName, the RuName.");
  return redirectName;
}
