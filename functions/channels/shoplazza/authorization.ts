import { consentCode } from "../../../shared/connector/consent-code.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { askForTokens } from "./access.ts";
import type { Secret } from "./index.ts";
import type { Settings } from "./settings.ts";

/** https://www.shoplazza.dev/docs/standard-oauth-process */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, settings, redirectUri, state }) {
    const query = new URLSearchParams({
      client_id: clientIdOf(app),
      scope: "read_order",
      redirect_uri: redirectUri,
      response_type: "code",
      state,
    });
    return `https://${settings.domain}/admin/oauth/authorize?${query}`;
  },

  async exchange({ app, settings, redirectUri, query }, tools) {
    const code = consentCode(query);
    const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
    const [clientSecret = ""] = app.signingSecrets;
    const granted = await askForTokens(grant, { clientId: clientIdOf(app), clientSecret }, settings, tools);
    if (!granted) throw new Misconfigured("Shoplazza refuses the code: it was used, or it ended.");
    if (granted.refresh_token === undefined) {
      throw new Misconfigured("Shoplazza gave no refresh token. Fill in a private app's token instead.");
    }
    const shop = query.get("shop") ?? undefined;
    return { credentials: { token: undefined, refreshToken: granted.refresh_token }, shop };
  },
};

function clientIdOf({ clientId }: Secret): string {
  if (clientId === undefined) throw new Misconfigured("The endpoint's secret needs clientId.");
  return clientId;
}
