import { type Answer, json, readJson, type SimulatorRequest } from "../../simulator.ts";
import { isRecord } from "./answers.ts";
import type { AkinonSwitches } from "./switches.ts";
import type { createTokens } from "./tokens.ts";

export function login(
  request: SimulatorRequest,
  switches: Readonly<AkinonSwitches>,
  tokens: ReturnType<typeof createTokens>,
): Answer {
  const body = readJson(request);
  const { username, password } = isRecord(body) ? body : {};
  const missing = Object.entries({ username, password }).filter(([, value]) => typeof value !== "string" || !value);
  if (missing.length > 0) {
    return json(400, Object.fromEntries(missing.map(([name]) => [name, ["This field is required."]])));
  }
  return username === switches.username && password === switches.password
    ? json(200, { key: tokens.issue() })
    : json(400, { non_field_errors: ["Unable to log in with provided credentials."] });
}
