import type { IncomingHttpHeaders } from "node:http";

/** One request as it arrived, whole. */
export interface SimulatorRequest {
  readonly method: string;
  /** Below the provider's prefix, without the query: `/openapi/v2/order/orders`. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** As sent, without "?". */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Settles when the exchange is over: the whole answer was sent, or the client hung up before that. */
  readonly ended: Promise<"answered" | "abandoned">;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** The reply on the wire; everything but a plain `Answer` is a fault. */
export type Reply =
  | Answer
  | { readonly wire: "no-answer" }
  | { readonly wire: "reset" }
  | { readonly wire: "late"; readonly afterMs: number; readonly answer: Answer }
  | { readonly wire: "drip"; readonly everyMs: number; readonly answer: Answer };

/** An order at the provider, as `GET /sandbox/{provider}/orders` shows it. */
export interface HeldOrder {
  /** The provider's ID. One accepted create is one entry, even if the provider splits it by warehouse. */
  readonly id: string;
  /** Our reference, from this provider's field for it; "" if the create had none. */
  readonly reference: string;
  /** The parsed JSON body of the create. */
  readonly request: unknown;
  /** UTC ISO 8601. */
  readonly createdAt: string;
  /** Present, and true, once every part of the order is cancelled. */
  cancelled?: true;
}

/** The answers that faults use, each exactly as the provider itself answers. */
export interface CannedAnswers {
  throttled(): Answer;
  /** A permanent business error about this order. Real ones quote the buyer's address, so these must too. */
  rejected(request: SimulatorRequest): Answer;
  duplicate(request: SimulatorRequest): Answer;
  unauthorized(): Answer;
  serverError(): Answer;
  /** The body is not JSON, or not UTF-8. */
  malformed(): Answer;
  notFound(): Answer;
}

/** A running provider. It is synchronous: the sandbox makes delays and broken connections. */
export interface Simulator {
  readonly answers: CannedAnswers;
  /** Faults strike creates, and some strike look-ups; "other" (login, catalog …) is never struck. */
  kindOf(request: SimulatorRequest): "create" | "look-up" | "other";
  /** Checks before the routes: credentials, then throttle. A refused create leaves the fault pending. */
  refuse(request: SimulatorRequest): Answer | undefined;
  handle(request: SimulatorRequest): Answer;
  /** All orders, by arrival; the live list, not a copy. */
  orders(): readonly HeldOrder[];
  /** Cancels an order at the provider, as its own staff would. @throws RangeError if it has no order of that ID */
  cancel(id: string): void;
  /**
   * Adds an order from another sender: the same validation, but no credentials, fault or duplicate check.
   * @returns its ID @throws RangeError if the provider would refuse the body
   */
  plant(request: unknown, createdAt: number): string;
  /** Invalidates every token issued so far, if the provider issues tokens. */
  expireTokens?(): void;
  /** Forgets orders and throttle, but keeps values that clients may have cached (tokens, product IDs). */
  forget(): void;
}

/**
 * What `demo.ts` beside a provider's simulator exports as `demo`: how the stage `local` uses that provider. Optional.
 */
export interface ProviderDemo<Switches extends object = object> {
  /** `settings` of the destination `demo`: docs/providers/<name>.md. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Shortens limits that last minutes: in the stage `local` any fault settles within 60 s. */
  readonly switches?: Readonly<Partial<Switches & CommonSwitches>>;
}

/** The context of a running simulator. */
export interface World<Switches extends object> {
  /** Live: `configure` may change it between two requests. */
  readonly switches: Readonly<Switches & CommonSwitches>;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  now(): number;
}

/** `simulator` of `local/simulators/providers/<name>/index.ts`; the folder has the connector's name. */
export interface SimulatorKind<Switches extends object> {
  /** Limits, invented credentials and every "not found, ASSUME" of reference/providers.md, at its default. */
  readonly switches: Switches;
  /** Its own faults, besides the generic ones. */
  readonly faults?: Readonly<Record<string, Fault<Switches>>>;
  start(world: World<Switches>): Simulator;
}

/** Switches of every simulator. Milliseconds are real time, independent of the sandbox's clock. */
export interface CommonSwitches {
  /** How long each answered create takes. */
  answerDelayMs: number;
  /** `slow`: how long a create then takes. */
  slowMs: number;
  /** `created-late`: when the order appears, counted from the request. */
  lateMs: number;
  /** `slow-drip`: between two bytes. */
  dripMs: number;
  /** Sent with throttle and 503 answers; no provider documents it, so by default absent. */
  retryAfterSeconds: number | undefined;
  /** Whether answers are compressed, asked or not. */
  compression: "none" | "gzip";
  /** `content-type` of JSON answers: the provider's own, or one that does not say JSON. */
  jsonType: "own" | "text/plain";
  /** Whether a firewall before the provider refuses calls without a `user-agent`, as common rule sets do. */
  userAgent: "optional" | "required";
}

/**
 * A fault of one call. `afterwards`: the call does its work, and the answer is damaged (a call that created nothing
 * keeps its answer, and the fault stays pending). `instead`: the call does not reach its route. `switched`: the call is
 * handled with these switches.
 */
export type Fault<Switches extends object = object> = { readonly on?: "look-up" } & (
  | { readonly afterwards: (answer: Answer, at: FaultSite) => Reply }
  | { readonly instead: (request: SimulatorRequest, at: FaultSite) => Reply }
  | { readonly switched: Partial<Switches> }
);

export interface FaultSite {
  readonly simulator: Simulator;
  readonly switches: Readonly<CommonSwitches>;
  /** Lets the call do its work this much later, even if the client has hung up. */
  workLater(afterMs: number): void;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json;charset=UTF-8", ...headers },
  body: JSON.stringify(value),
});

/** An empty answer, for documents that show none (`// Response`). */
export const bare = (status: number, headers: Record<string, string> = {}): Answer => ({ status, headers, body: "" });

/** Simulators know every SKU that begins with `DEMO-` and no other. */
export const isKnownSku = (sku: string): boolean => sku.startsWith("DEMO-");

/** The body is not JSON; the sandbox answers with the simulator's `malformed`. */
export class NotJson extends Error {
  override readonly name = "NotJson";
}

/** @throws NotJson on invalid UTF-8, invalid JSON, or nesting that is too deep to parse */
export function readJson({ body }: Pick<SimulatorRequest, "body">): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new NotJson("The body is not JSON.", { cause });
  }
}

/** The token of `Authorization: Bearer …`; undefined without one. */
export const bearerToken = ({ headers }: SimulatorRequest): string | undefined =>
  /^Bearer (\S+)$/i.exec(headers.authorization ?? "")?.[1];
