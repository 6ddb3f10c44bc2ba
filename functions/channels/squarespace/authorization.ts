import { consentCode } from "../../../shared/connector/consent-code.ts";
import { answerToRead, readAnswer } from "../../../shared/connector/read-answer.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Authorization, ConsentRequest } from "../channel.ts";
import type { Secret } from "./index.ts";
import { TokenAnswer } from "./payload.ts";
import type { Settings } from "./settings.ts";

const PROVIDER = "https://login.squarespace.com/api/1/login/oauth/provider";

/** https://developers.squarespace.com/oauth */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ app, redirectUri, state }) {
    const { clientId } = clientOf(app);
    const query = new URLSearchParams({
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: "website.orders.read",
      state,
      // Without it there is no refresh token.
      access_type: "offline",
    });
    return `${PROVIDER}/authorize?${query}`;
  },

  async exchange({ app, redirectUri, query }, tools) {
    const { clientId, clientSecret } = clientOf(app);
    const code = consentCode(query);
    const answer = await answerToRead(
      tools.http({
        method: "POST",
        url: `${PROVIDER}/tokens`,
        headers: {
          authorization: `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`,
          accept: "application/json",
          "content-type": "application/json",
        },
        body: JSON.stringify({ grant_type: "authorization_code", code, redirect_uri: redirectUri }),
      }),
    );
    if (answer.status >= 400 && answer.status < 500) {
      throw new Misconfigured(
        `Squarespace refuses the code (${answer.status}): it was used, it ended, or the redirect address is another one.`,
      );
    }
    const granted = answer.status === 200 ? readAnswer(answer, TokenAnswer) : undefined;
    if (!granted) throw new Unavailable(`Squarespace gave no token (${answer.status}).`);
    return { credentials: { apiKey: undefined, refreshToken: granted.refresh_token } };
  },
};

function clientOf({ clientId, clientSecret }: ConsentRequest<Secret, Settings>["app"]) {
  if (clientId === undefined || clientSecret === undefined) {
    throw new Misconfigured("The endpoint's secret needs clientId and clientSecret.");
  }
  return { clientId, clientSecret };
}
