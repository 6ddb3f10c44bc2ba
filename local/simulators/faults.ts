import { type Answer, bare, type CommonSwitches, type Fault } from "./simulator.ts";

export const commonSwitches: CommonSwitches = {
  answerDelayMs: 0,
  slowMs: 3_000,
  lateMs: 2_000,
  dripMs: 200,
  retryAfterSeconds: undefined,
  compression: "none",
  jsonType: "own",
  userAgent: "optional",
};

const TEN_MB = 10 * 1024 * 1024;

/** Faults of every provider. Each strikes one create, those with `on: "look-up"` one look-up. */
export const genericFaults: Readonly<Record<string, Fault>> = {
  // The order exists, but the client does not know it.
  "timeout-after-create": { afterwards: () => ({ wire: "no-answer" }) },
  "reset-after-create": { afterwards: () => ({ wire: "reset" }) },
  "error-500-after-create": { afterwards: (_, { simulator }) => simulator.answers.serverError() },
  "created-but-unreadable-2xx": { afterwards: (answer) => ({ ...answer, body: half(answer) }) },
  "empty-2xx": { afterwards: ({ status }) => bare(status) },
  "wrong-content-type": {
    afterwards: (answer) => ({ ...answer, headers: { ...answer.headers, "content-type": "text/html" } }),
  },
  // Valid JSON to a client that reads to the end; only a client that limits the size notices.
  "oversized-10mb": { afterwards: (answer) => ({ ...answer, body: " ".repeat(TEN_MB) + answer.body.toString() }) },
  "slow-drip": { afterwards: (answer, { switches }) => ({ wire: "drip", everyMs: switches.dripMs, answer }) },
  slow: { afterwards: (answer, { switches }) => ({ wire: "late", afterMs: switches.slowMs, answer }) },
  // A request can still act long after its client has hung up: the settling time is for this.
  "created-late": {
    instead: (_, { workLater, switches }) => {
      workLater(switches.lateMs);
      return { wire: "no-answer" };
    },
  },

  // The order does not exist.
  "timeout-before-create": { instead: () => ({ wire: "no-answer" }) },
  "reset-before-create": { instead: () => ({ wire: "reset" }) },
  "error-500": { instead: (_, { simulator }) => simulator.answers.serverError() },
  "unavailable-503": { instead: (_, { switches }) => bare(503, retryAfter(switches)) },
  "html-200": {
    instead: () => ({ status: 200, headers: { "content-type": "text/html" }, body: "<h1>Maintenance</h1>" }),
  },
  redirect: { instead: ({ path }) => bare(307, { location: `.${path.slice(path.lastIndexOf("/"))}?redirected=1` }) },
  throttle: {
    instead: (_, { simulator, switches }) => {
      const answer = simulator.answers.throttled();
      return { ...answer, headers: { ...answer.headers, ...retryAfter(switches) } };
    },
  },
  reject: { instead: (request, { simulator }) => simulator.answers.rejected(request) },
  duplicate: { instead: (request, { simulator }) => simulator.answers.duplicate(request) },
  "401-once": { instead: (_, { simulator }) => simulator.answers.unauthorized() },

  "lookup-down": { on: "look-up", instead: () => bare(503) },
  "lookup-timeout": { on: "look-up", instead: () => ({ wire: "no-answer" }) },
  "lookup-unreadable": { on: "look-up", instead: () => ({ ...bare(200), body: '{"' }) },
};

function half({ body }: Answer): string {
  const text = body.toString();
  return text.slice(0, Math.ceil(text.length / 2));
}

/** A header that providers may add to "try later" answers. */
export const retryAfter = ({ retryAfterSeconds }: CommonSwitches): Record<string, string> =>
  retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) };
