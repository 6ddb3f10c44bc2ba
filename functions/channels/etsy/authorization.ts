import { consentCode } from "../../../shared/connector/consent-code.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import type { Authorization } from "../channel.ts";
import { grant, requestOf } from "./access.ts";
import type { Secret } from "./index.ts";
import { UserAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

/** `shops_r` shows which shop it is whose owner consented. */
const SCOPES = "transactions_r listings_r shops_r";
const ME = "https://api.etsy.com/v3/application/users/me";

/** https://developers.etsy.com/documentation/essentials/authentication */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, redirectUri, state, challenge }) {
    const query = new URLSearchParams({
      response_type: "code",
      client_id: app.keystring,
      redirect_uri: redirectUri,
      scope: SCOPES,
      state,
      code_challenge: challenge,
      code_challenge_method: "S256",
    });
    // Etsy's page writes the space between scopes as %20.
    return `https://www.etsy.com/oauth/connect?${query.toString().replaceAll("+", "%20")}`;
  },

  async exchange({ app, redirectUri, query, verifier, settings }, tools) {
    const code = consentCode(query);
    const granted = await grant(
      { grant_type: "authorization_code", code, redirect_uri: redirectUri, code_verifier: verifier },
      app,
      settings,
      tools,
    );
    // The code works once: without this answer the tokens are good, and the check shows whether the shop is.
    const answer = await answerToRead(tools.http({ url: ME, ...requestOf(granted.access, app) })).catch(
      () => undefined,
    );
    const shop = answer?.status === 200 ? readAnswer(answer, UserAnswer)?.shop_id : undefined;
    return { credentials: { refreshToken: granted.refresh }, shop: shop ?? undefined };
  },
};
