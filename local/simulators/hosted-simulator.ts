import { gzipSync } from "node:zlib";
import { commonSwitches, genericFaults } from "./faults.ts";
import {
  type Answer,
  type CommonSwitches,
  type Fault,
  type HeldOrder,
  NotJson,
  type Reply,
  type Simulator,
  type SimulatorKind,
  type SimulatorRequest,
} from "./simulator.ts";

/** One call, for tests that count them. */
export interface Call {
  readonly method: string;
  readonly path: string;
  /** As sent, without "?". */
  readonly query: string;
  /** The HTTP status of the answer, or why there was none. */
  readonly status: number | "no-answer" | "reset";
  readonly fault?: string;
  /** Refused before its route: credentials, throttle. */
  readonly refused?: true;
  /** ms since the epoch, by the sandbox's clock. */
  readonly at: number;
}

/** A simulator with its pending faults, its switches and its log of calls. */
export interface HostedSimulator {
  readonly faults: readonly string[];
  readonly calls: readonly Call[];
  reply(request: SimulatorRequest): Reply;
  /** @throws RangeError if it does not know the fault */
  setFault(fault: string, times: number): void;
  /** @throws RangeError if it has no such switch */
  configure(switches: object): void;
  orders(): HeldOrder[];
  readonly simulator: Simulator;
  /** Resets it as if just started: no orders, faults or calls, and the initial switches. */
  reset(): void;
  stop(): void;
}

/** A provider's simulator, not yet started. */
export interface SimulatorPlan {
  /** The provider's name, which is also the path prefix. */
  readonly name: string;
  readonly kind: SimulatorKind<object>;
  /** Switches that differ from the simulator's own defaults. */
  readonly switches: object;
}

export function hostSimulator(plan: SimulatorPlan, now: () => number): HostedSimulator {
  const { kind } = plan;
  const known: Record<string, Fault> = { ...genericFaults, ...kind.faults };
  const initial = { ...commonSwitches, ...kind.switches };
  configure(initial, plan.switches, plan.name);
  const switches = { ...initial };
  const simulator = kind.start({ switches, now });
  let waiting: { name: string; fault: Fault; left: number }[] = [];
  let calls: Call[] = [];
  const timers = new Set<NodeJS.Timeout>();

  /** Leaves the fault pending: only a call that it struck removes it. */
  const nextFault = (request: SimulatorRequest) => {
    const what = simulator.kindOf(request);
    return waiting.find(({ fault }) => (fault.on ?? "create") === what);
  };
  const spend = (entry: { left: number }) => {
    entry.left -= 1;
    waiting = waiting.filter(({ left }) => left > 0);
  };

  const work = (request: SimulatorRequest): Answer => guarded(request, () => simulator.handle(request));

  function guarded<Result>(request: SimulatorRequest, run: () => Result): Result | Answer {
    try {
      return run();
    } catch (error) {
      if (error instanceof NotJson) return simulator.answers.malformed();
      // A defect of one simulator must be visible and must not stop the others.
      console.error(`simulator ${plan.name}: ${request.method} ${request.path}`, error);
      return simulator.answers.serverError();
    }
  }

  function workLater(request: SimulatorRequest, afterMs: number): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      work(request);
    }, afterMs);
    timers.add(timer);
  }

  function decide(request: SimulatorRequest): { reply: Reply; fault?: string; refused?: true } {
    const refusal = guarded(request, () => simulator.refuse(request));
    if (refusal) return { reply: refusal, refused: true };
    const next = nextFault(request);
    if (!next) return { reply: delayed(work(request), request) };
    const at = { simulator, switches, workLater: (afterMs: number) => workLater(request, afterMs) };
    if ("instead" in next.fault) {
      spend(next);
      const { instead } = next.fault;
      return { reply: guarded(request, () => instead(request, at)), fault: next.name };
    }
    const before = simulator.orders().length;
    const answer = "switched" in next.fault ? workSwitched(request, next.fault.switched) : work(request);
    if (next.fault.on === undefined && simulator.orders().length === before) return { reply: answer };
    spend(next);
    return { reply: "switched" in next.fault ? answer : next.fault.afterwards(answer, at), fault: next.name };
  }

  function workSwitched(request: SimulatorRequest, changes: object): Answer {
    const before = { ...switches };
    Object.assign(switches, changes);
    try {
      return work(request);
    } finally {
      Object.assign(switches, before);
    }
  }

  const delayed = (answer: Answer, request: SimulatorRequest): Reply =>
    switches.answerDelayMs > 0 && simulator.kindOf(request) === "create"
      ? { wire: "late", afterMs: switches.answerDelayMs, answer }
      : answer;

  return {
    faults: Object.keys(known),
    get calls() {
      return calls;
    },
    simulator,
    reply(request) {
      const { reply, fault, refused } = isWelcome(request, switches) ? decide(request) : FORBIDDEN;
      const { method, path, query } = request;
      calls.push({
        method,
        path,
        query: query.toString(),
        status: statusOf(reply),
        at: now(),
        ...(fault && { fault }),
        ...(refused && { refused }),
      });
      return asSent(reply, switches);
    },
    setFault(name, times) {
      const fault = Object.hasOwn(known, name) ? known[name] : undefined;
      if (!fault) throw new RangeError(`${plan.name} knows no fault "${name}", only ${Object.keys(known).join(", ")}.`);
      if (!Number.isSafeInteger(times) || times < 0) throw new RangeError(`times is ${times}, must be 0 or more.`);
      // 0: removes its pending faults.
      if (times === 0) waiting = waiting.filter((entry) => entry.name !== name);
      else waiting.push({ name, fault, left: times });
    },
    configure: (changes) => configure(switches, changes, plan.name),
    // The sort is stable: calls of the same millisecond keep their order of arrival.
    orders: () =>
      simulator
        .orders()
        .map(({ id, reference, request, createdAt, cancelled }) => ({
          id,
          reference,
          request,
          createdAt,
          ...(cancelled && { cancelled }),
        }))
        .sort((a, b) => (a.createdAt < b.createdAt ? -1 : Number(a.createdAt > b.createdAt))),
    reset() {
      stopTimers();
      waiting = [];
      calls = [];
      Object.assign(switches, initial);
      simulator.forget();
    },
    stop: stopTimers,
  };

  function stopTimers() {
    for (const timer of timers) clearTimeout(timer);
    timers.clear();
  }
}

/** What a firewall says: it knows nothing of the provider. */
const FORBIDDEN = {
  reply: { status: 403, headers: { "content-type": "text/html" }, body: "<h1>403 Forbidden</h1>" },
  fault: undefined,
  refused: true,
} as const;

const isWelcome = ({ headers }: SimulatorRequest, { userAgent }: CommonSwitches): boolean =>
  userAgent === "optional" || headers["user-agent"] !== undefined;

function asSent(reply: Reply, switches: CommonSwitches): Reply {
  if (!("wire" in reply)) return written(reply, switches);
  return "answer" in reply ? { ...reply, answer: written(reply.answer, switches) } : reply;
}

function written(answer: Answer, { compression, jsonType }: CommonSwitches): Answer {
  const { "content-type": type = "" } = answer.headers;
  const headers =
    jsonType === "own" || !/\bjson\b/i.test(type) ? answer.headers : { ...answer.headers, "content-type": jsonType };
  if (compression === "none" || answer.body.length === 0) return { ...answer, headers };
  return { ...answer, headers: { ...headers, "content-encoding": compression }, body: gzipSync(answer.body) };
}

function configure(switches: object, changes: object, provider: string): void {
  const unknown = Object.keys(changes).find((key) => !Object.hasOwn(switches, key));
  if (unknown) {
    throw new RangeError(`${provider} has no switch "${unknown}", only ${Object.keys(switches).join(", ")}.`);
  }
  Object.assign(switches, changes);
}

function statusOf(reply: Reply): Call["status"] {
  if (!("wire" in reply)) return reply.status;
  return reply.wire === "no-answer" || reply.wire === "reset" ? reply.wire : reply.answer.status;
}
