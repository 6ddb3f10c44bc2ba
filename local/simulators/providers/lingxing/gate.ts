import { type Answer, json, NotJson, readJson, type SimulatorRequest } from "../../simulator.ts";
import type { Envelopes } from "./envelopes.ts";
import { isSigned } from "./signature.ts";
import type { LingxingSwitches } from "./switches.ts";
import type { Tokens } from "./tokens.ts";

interface Gate {
  switches: Readonly<LingxingSwitches>;
  envelopes: Envelopes;
  tokens: Tokens;
  now: number;
}

/** The gateway's answer to a call of an app that it does not let in. */
export function refuseApp({ switches, envelopes: { gateway } }: Gate): Answer | undefined {
  switch (switches.gate) {
    case "ip-refused":
      return gateway("3001002", "ip not permit, please add ip to white list first.");
    case "disabled":
      return json(switches.errorStatus, { code: "401", msg: "授权被禁用，请检查授权状态", data: null });
    case "expired":
      return json(switches.errorStatus, { code: "403", msg: "授权失效，请更新授权有效期", data: null });
    case "open":
    case "not-granted":
      return undefined;
  }
}

/** The gateway's answer to a call whose token or signature is not good, or whose API the app may not use. */
export function refuseCaller(request: SimulatorRequest, gate: Gate): Answer | undefined {
  const { switches, tokens, now } = gate;
  const { gateway } = gate.envelopes;
  const { query } = request;
  const [token = "", app = "", timestamp = "", sign = ""] = COMMON.map((name) => query.get(name) ?? "");
  if (!token || !app || !timestamp || !sign) {
    return gateway("3001001", "missing query param(access_token,sign,timestamp,app_key)");
  }
  if (app !== switches.appId) return gateway("2001001", "app not exist");
  const state = tokens.state(token);
  if (state === "expired") return gateway("2001003", "access token is missing or expire");
  if (state === "no-match") return unauthorized(gate);
  if (!/^\d{10}$/.test(timestamp) || Math.abs(now / 1000 - Number(timestamp)) > switches.signatureSeconds) {
    return gateway("2001007", "api sign has expired");
  }
  const business = businessOf(request);
  if (!business) return malformed(gate);
  const signed = isSigned({ ...business, access_token: token, app_key: app, timestamp }, sign, switches);
  // A POST has only these four in its URL.
  const stray = request.method === "POST" && [...query.keys()].length !== COMMON.length;
  if (!signed || stray) return gateway("2001006", " api sign not correct");
  return switches.gate === "not-granted" ? gateway("2001004", "the api not authorized, please grant first") : undefined;
}

export const unauthorized = ({ envelopes }: Pick<Gate, "envelopes">): Answer =>
  envelopes.gateway("2001005", " access token not match");

export const malformed = ({ envelopes }: Pick<Gate, "envelopes">): Answer => envelopes.gateway("102", "参数不合法");

const COMMON = ["access_token", "app_key", "timestamp", "sign"] as const;

/** The signed parameters besides the three common ones; undefined if the body is not a JSON object. */
function businessOf(request: SimulatorRequest): Record<string, unknown> | undefined {
  if (request.method === "GET") {
    const business = new Map(request.query);
    for (const name of COMMON) business.delete(name);
    return Object.fromEntries(business);
  }
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return undefined;
  try {
    const body = readJson(request);
    return typeof body === "object" && body !== null && !Array.isArray(body) ? { ...body } : undefined;
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}
