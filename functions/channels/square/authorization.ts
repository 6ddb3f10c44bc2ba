import { consentCode } from "../../../shared/connector/consent-code.ts";
import { readAnswer } from "../../../shared/connector/read-answer.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { askSquare, hostOf } from "./access.ts";
import type { Secret } from "./index.ts";
import { TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

const SCOPES = ["ORDERS_READ", "ITEMS_READ", "PAYMENTS_READ", "MERCHANT_PROFILE_READ"];

/** By PKCE where the endpoint's secret has no clientSecret. https://developer.squareup.com/docs/oauth-api/overview */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, settings, redirectUri, state, challenge }) {
    const query = new URLSearchParams({
      client_id: clientIdOf(app),
      scope: SCOPES.join(" "),
      // Else a seller who is signed in with another account could not choose.
      session: "false",
      state,
      redirect_uri: redirectUri,
      ...(app.clientSecret === undefined && { code_challenge: challenge }),
    });
    return `https://${hostOf(settings)}/oauth2/authorize?${query}`;
  },

  async exchange({ app, settings, redirectUri, verifier, query }, tools) {
    const code = consentCode(query);
    const proof = app.clientSecret === undefined ? { code_verifier: verifier } : { client_secret: app.clientSecret };
    const answer = await askSquare(settings, tools, {
      method: "POST",
      path: "/oauth2/token",
      body: {
        client_id: clientIdOf(app),
        ...proof,
        grant_type: "authorization_code",
        code,
        redirect_uri: redirectUri,
      },
    });
    if (answer.status >= 400 && answer.status < 500) {
      throw new Misconfigured(`Square refuses the code (${answer.status}): it was used, or it ended after 5 minutes.`);
    }
    const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
    if (!granted?.refresh_token) throw new Unavailable(`Square gave no refresh token (${answer.status}).`);
    return {
      credentials: { accessToken: undefined, refreshToken: granted.refresh_token },
      shop: granted.merchant_id,
    };
  },
};

function clientIdOf({ clientId }: Secret): string {
  if (clientId === undefined) throw new Misconfigured("The endpoint's secret needs clientId.");
  return clientId;
}
