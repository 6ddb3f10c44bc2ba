import { randomUUID } from "node:crypto";
import type { Answer, SimulatorRequest } from "../../simulator.ts";
import type { Envelopes } from "./envelopes.ts";
import { formFields } from "./form-fields.ts";
import type { LingxingSwitches } from "./switches.ts";

export interface Tokens {
  /** `POST /api/auth-server/oauth/access-token` */
  fetch(request: SimulatorRequest): Answer;
  /** `POST /api/auth-server/oauth/refresh` */
  refresh(request: SimulatorRequest): Answer;
  state(token: string): "valid" | "expired" | "no-match";
  expireAll(): void;
}

/** ms */
interface Granted {
  access: string;
  refresh: string;
  at: number;
  refreshed: boolean;
}

export function createTokens(
  switches: Readonly<LingxingSwitches>,
  { granted, gateway }: Envelopes,
  now: () => number,
): Tokens {
  let tokens: Granted[] = [];
  let lastAt = Number.NEGATIVE_INFINITY;

  function grant(): Answer {
    const token = { access: randomUUID(), refresh: randomUUID(), at: now(), refreshed: false };
    if (switches.newTokenDisplaces) tokens = [];
    tokens.push(token);
    lastAt = now();
    return granted({ access_token: token.access, refresh_token: token.refresh, expires_in: switches.tokenSeconds });
  }

  const tooSoon = (): Answer | undefined =>
    now() - lastAt < switches.tokenIntervalMs
      ? gateway("3001008", "requests too frequently. please request later.")
      : undefined;

  return {
    fetch(request) {
      const fields = formFields(request);
      const appSecret = fields.get("appSecret") ?? "";
      if (fields.get("appId") !== switches.appId) return gateway("2001001", "app not exist");
      if (appSecret === switches.appSecret) return tooSoon() ?? grant();
      // An unencoded "+" arrives as a space.
      return appSecret.includes(" ")
        ? gateway("0001001", "rsa private decrypt error")
        : gateway("2001002", "app secret not correct");
    },
    refresh(request) {
      const fields = formFields(request);
      if (fields.get("appId") !== switches.appId) return gateway("2001001", "app not exist");
      const token = tokens.find(({ refresh }) => refresh === fields.get("refreshToken"));
      if (!token || token.refreshed) return gateway("2001009", "refresh token is invalid");
      if (now() - token.at >= switches.refreshSeconds * 1000) {
        return gateway("2001008", "refresh token expired. please get access token again");
      }
      const wait = tooSoon();
      if (wait) return wait;
      token.refreshed = true;
      return grant();
    },
    state(token) {
      const known = tokens.find(({ access }) => access === token);
      if (!known) return "no-match";
      return now() - known.at < switches.tokenSeconds * 1000 ? "valid" : "expired";
    },
    expireAll() {
      tokens = [];
    },
  };
}
