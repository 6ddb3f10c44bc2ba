import { isAllowedHost } from "../../shared/connector/allowed-host.ts";
import { atSimulator } from "../../shared/connector/at-simulator.ts";
import { type Http, HttpFailure, http as ourHttp } from "../../shared/connector/http.ts";
import { defined } from "../../shared/defined.ts";
import { type KeyRequest, KeyUnavailable } from "../channels/channel.ts";

/** Of one call, ms: senders wait 5 s or less for the whole answer. */
const TIMEOUT = 1_000;
const MAX_BYTES = 16 * 1024;
/** eBay advises an hour. */
const MAX_AGE = 3_600_000;
/** How long "no such key" is kept, ms. */
const MAX_AGE_OF_NONE = 60_000;
/** The sender names the key: invented names must not fill the memory. */
const MOST_KEPT = 100;
/** 4xx that say nothing about the key. */
const NOT_ABOUT_THE_KEY = new Set([401, 403, 408, 425, 429]);

interface Options {
  http?: Http;
  /** Epoch ms. */
  now?: () => number;
  /** Of the stage `local`: where the channels' simulators listen. */
  simulators?: string | undefined;
}

/** Whose key is fetched, from where. */
export interface KeySource {
  /** `ebay/app` */
  endpoint: string;
  /** The only ones that are called. */
  hosts: readonly string[];
}

/** Fetches signing keys from a channel's own hosts, and keeps them. */
export function createKeyFetcher({ http = ourHttp, now = Date.now, simulators }: Options = {}) {
  const kept = new Map<string, { until: number; text: Promise<string | undefined> }>();

  async function call(endpoint: string, request: KeyRequest): Promise<string | undefined> {
    const { host } = new URL(request.url);
    const { url, method = "GET", body } = request;
    const headers = typeof request.headers === "function" ? await request.headers() : request.headers;
    const answer = await http({
      method,
      url: atSimulator(url, `endpoints/${endpoint}`, simulators),
      timeout: TIMEOUT,
      maxBytes: MAX_BYTES,
      ...(headers && { headers: { ...headers } }),
      ...defined({ body }),
    }).catch((error: unknown) => {
      const kind = error instanceof HttpFailure ? error.kind : "failed";
      throw new KeyUnavailable(`${host}: ${kind}`, { cause: error });
    });
    if (answer.status >= 200 && answer.status < 300) return answer.text;
    if (answer.status >= 400 && answer.status < 500 && !NOT_ABOUT_THE_KEY.has(answer.status)) return undefined;
    throw new KeyUnavailable(`${host} answered ${answer.status}`);
  }

  return async ({ endpoint, hosts }: KeySource, request: KeyRequest): Promise<string | undefined> => {
    // What names another host was written by the sender.
    if (!isAllowedHost(request.url, hosts)) return undefined;
    // A body has the credentials of one app.
    const id = `${request.method ?? "GET"} ${request.url}${request.body === undefined ? "" : ` ${endpoint}`}`;
    const known = kept.get(id);
    if (known && now() < known.until) return known.text;

    const entry = { until: now() + (request.maxAge ?? MAX_AGE), text: call(endpoint, request) };
    kept.delete(id);
    kept.set(id, entry);
    if (kept.size > MOST_KEPT) {
      // The sender names no token, and the channel counts how often we ask for one.
      const oldest = [...kept.keys()].find((known) => known.startsWith("GET "));
      if (oldest !== undefined) kept.delete(oldest);
    }
    try {
      const text = await entry.text;
      if (text === undefined) entry.until = Math.min(entry.until, now() + MAX_AGE_OF_NONE);
      return text;
    } catch (error) {
      // A failure is not cached: the next event fetches the key again.
      if (kept.get(id) === entry) kept.delete(id);
      throw error;
    }
  };
}
