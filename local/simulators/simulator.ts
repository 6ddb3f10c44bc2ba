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
  /** Settles when the exchange is over: the whole answer went out, or the client hung up before it had it. */
  readonly ended: Promise<"answered" | "abandoned">;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** What goes back over the wire; everything but a plain `Answer` is a fault at work. */
export type Reply =
  | Answer
  | { readonly wire: "no-answer" }
  | { readonly wire: "reset" }
  | { readonly wire: "late"; readonly afterMs: number; readonly answer: Answer }
  | { readonly wire: "drip"; readonly everyMs: number; readonly answer: Answer };

/** An order the provider holds, as `GET /sandbox/{provider}/orders` shows it. */
export interface HeldOrder {
  /** The provider's ID. One accepted create is one entry, even where the provider splits it by warehouse. */
  readonly id: string;
  /** Our reference, wherever it travels at this provider; "" when the create carried none. */
  readonly reference: string;
  /** The parsed JSON body of the create. */
  readonly request: unknown;
  /** UTC ISO 8601. */
  readonly createdAt: string;
  /** Present, and true, once no part of the order lives any more. */
  cancelled?: true;
}

/** The answers that faults borrow, each exactly what the provider itself says in that case. */
export interface CannedAnswers {
  throttled(): Answer;
  /** A permanent business error about this order. Real ones quote the buyer's address, and so should these. */
  rejected(request: SimulatorRequest): Answer;
  duplicate(request: SimulatorRequest): Answer;
  unauthorized(): Answer;
  serverError(): Answer;
  /** The body is not JSON, or not UTF-8. */
  malformed(): Answer;
  notFound(): Answer;
}

/** A running provider. All of it is synchronous: delays and broken connections are the sandbox's business. */
export interface Simulator {
  readonly answers: CannedAnswers;
  /** Faults strike creates, some of them look-ups; "other" (login, catalog …) is never struck. */
  kindOf(request: SimulatorRequest): "create" | "look-up" | "other";
  /** The door before the business: credentials, then throttle. A refused create spends no fault. */
  refuse(request: SimulatorRequest): Answer | undefined;
  handle(request: SimulatorRequest): Answer;
  /** Everything held, in the order of arrival; the live list, not a copy. */
  orders(): readonly HeldOrder[];
  /** Cancels an order at the provider, as its own staff would. @throws RangeError when there is none of that ID */
  cancel(id: string): void;
  /**
   * Puts an order there that came from another sender: same validation, no door, no fault, no duplicate check.
   * @returns its ID @throws RangeError when the provider would not take that body
   */
  plant(request: unknown, createdAt: number): string;
  /** Makes every token handed out so far worthless, where the provider hands out any. */
  expireTokens?(): void;
  /** Forgets orders and throttle, keeps what clients may have cached (tokens, product IDs). */
  forget(): void;
}

/**
 * What `demo.ts` beside a provider's simulator exports as `demo`: how the stage `local` uses that provider. Optional.
 */
export interface ProviderDemo<Switches extends object = object> {
  /** `settings` of the destination `demo`: docs/providers/<name>.md. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Limits that take minutes as documented: in the stage `local` any fault is settled within 60 s. */
  readonly switches?: Readonly<Partial<Switches & CommonSwitches>>;
}

/** What a running simulator is given. */
export interface World<Switches extends object> {
  /** Live: `configure` changes it between two requests. */
  readonly switches: Readonly<Switches & CommonSwitches>;
  /** Milliseconds since the epoch, by the sandbox's clock. */
  now(): number;
}

/**
 * What `local/simulators/providers/<name>/index.ts` exports as `simulator`; the folder is called as the connector is.
 */
export interface SimulatorKind<Switches extends object> {
  /** Limits, invented credentials and every "not found, ASSUME" of reference/providers.md, at its default. */
  readonly switches: Switches;
  /** Faults of its own, beside the generic ones. */
  readonly faults?: Readonly<Record<string, Fault<Switches>>>;
  start(world: World<Switches>): Simulator;
}

/** Switches that every simulator has. Milliseconds are real time, whatever the sandbox's clock says. */
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
}

/**
 * What goes wrong with one call. `afterwards`: the call did its work, the answer is spoiled (a call that created
 * nothing keeps its answer, and the fault). `instead`: the call never reaches the provider's business. `switched`: it
 * is handled as if these switches were set so.
 */
export type Fault<Switches extends object = object> = { readonly on?: "look-up" } & (
  | { readonly afterwards: (answer: Answer, at: FaultSite) => Reply }
  | { readonly instead: (request: SimulatorRequest, at: FaultSite) => Reply }
  | { readonly switched: Partial<Switches> }
);

export interface FaultSite {
  readonly simulator: Simulator;
  readonly switches: Readonly<CommonSwitches>;
  /** Lets the call do its work after all, that much later, even if the client is gone. */
  workLater(afterMs: number): void;
}

export const json = (status: number, value: unknown, headers: Record<string, string> = {}): Answer => ({
  status,
  headers: { "content-type": "application/json;charset=UTF-8", ...headers },
  body: JSON.stringify(value),
});

/** An answer with nothing in it, where the document shows none (`// Response`). */
export const bare = (status: number, headers: Record<string, string> = {}): Answer => ({ status, headers, body: "" });

/** Simulators know every SKU that begins with `DEMO-` and no other. */
export const isKnownSku = (sku: string): boolean => sku.startsWith("DEMO-");

/** The body is no JSON; the sandbox answers with the simulator's `malformed`. */
export class NotJson extends Error {
  override readonly name = "NotJson";
}

/** @throws NotJson on invalid UTF-8, invalid JSON, or nesting that no parser takes */
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
