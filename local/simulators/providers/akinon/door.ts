import { createLeakyBucket, type LeakyBucket } from "../../leaky-bucket.ts";
import type { Answer, CannedAnswers, SimulatorRequest } from "../../simulator.ts";
import { detail, page } from "./answers.ts";
import type { AkinonSwitches } from "./switches.ts";
import type { createTokens } from "./tokens.ts";

/** The checks before a request reaches its view: the path's slash, credentials, throttle, media type. */
export interface Door {
  refuse(request: SimulatorRequest): Answer | undefined;
  /** Empties the throttle. */
  forget(): void;
}

export interface DoorParts {
  readonly switches: Readonly<AkinonSwitches>;
  readonly tokens: ReturnType<typeof createTokens>;
  readonly answers: CannedAnswers;
  now(): number;
}

export function createDoor({ switches, tokens, answers, now }: DoorParts): Door {
  const buckets = new Map<string, LeakyBucket>();
  const limits = () => ({ size: switches.bucketSize, leakPerSecond: switches.leakPerSecond });

  function refuseCaller(request: SimulatorRequest): Answer | undefined {
    const key = tokens.keyOf(request);
    if (key === undefined) {
      return request.headers.authorization === undefined
        ? detail(401, "Authentication credentials were not provided.", { "www-authenticate": "Token" })
        : answers.unauthorized();
    }
    const bucket = buckets.get(key) ?? createLeakyBucket(limits, now);
    buckets.set(key, bucket);
    return bucket.take() ? undefined : answers.throttled();
  }

  return {
    refuse(request) {
      const { path, headers, method } = request;
      if (!path.endsWith("/")) return withoutSlash(request, switches);
      if (path === switches.loginPath) return undefined;
      const refused = refuseCaller(request);
      if (refused) return refused;
      const type = headers["content-type"] ?? "";
      return method === "GET" || /^application\/json\b/i.test(type)
        ? undefined
        : detail(415, `Unsupported media type "${type}" in request.`);
    },
    forget: () => buckets.clear(),
  };
}

/** Django's CommonMiddleware, before any view. The location is relative, since the sandbox serves below a prefix. */
function withoutSlash({ path, query }: SimulatorRequest, { appendSlash }: AkinonSwitches): Answer {
  if (appendSlash === "not-found") return page(404, "Not Found");
  const last = path.slice(path.lastIndexOf("/") + 1);
  return { ...page(301, "Moved"), headers: { location: `${last}/${query.size > 0 ? `?${query}` : ""}` } };
}
