import type { Order } from "../../shared/order.ts";
import { type Answer, bare, json, NotJson, type Reply, type SimulatorRequest } from "./simulator.ts";

/** A call of a channel's API, as the channel would get it; `path` is below the host. */
export interface ApiRequest extends SimulatorRequest {
  /** As the client named it: `api.example.com`. It never got there. */
  readonly host: string;
  /** A connection's API client, or the check of an endpoint's requests, which wants a signing key. */
  readonly caller: "connection" | "endpoint";
}

/** Of which kind a call is: what `on` of a fault names. `other` (a signing key, a check) is never struck. */
export type ApiCall = (typeof API_CALLS)[number];
export const API_CALLS = ["fetch", "list", "subscriptions", "token"] as const;

/** What one shop has at its channel, and what the channel knows of the app that asks. */
export interface ApiBook {
  /** The channel's own name of the shop. */
  readonly shop: string;
  /** The app's keys: the endpoint's entry in local/secrets.json. */
  readonly app: Readonly<Record<string, unknown>>;
  /** The shop's own: the connection's entry in local/secrets.json. */
  readonly credentials: Readonly<Record<string, unknown>>;
  /** JSON text by order ID, in the API's shape, oldest first: `send` and `PUT …/orders/{id}` fill it. */
  readonly orders: ReadonlyMap<string, string>;
  /** JSON text by path (`/v2/orders/1/products`), as `PUT … {"resources": …}` sets it. It goes before `handle`. */
  readonly resources: ReadonlyMap<string, string>;
  /** What the API remembers beside its orders, such as the tokens that it gave out. */
  readonly memory: Map<string, string>;
  /** ms since the epoch. */
  now(): number;
}

/** The API of a channel, for all its shops. */
export interface ChannelApi {
  /** An order as the API shows it. `bareNumber` (exact-json.ts) writes a long ID as a bare number. */
  resource(order: Order, shop: string): unknown;
  kindOf(request: ApiRequest): ApiCall | "other";
  /** Checks the credentials, as every API does, and answers. Synchronous: delays and broken connections are faults. */
  handle(request: ApiRequest, book: ApiBook): Answer;
  /** The channel's own faults, and its own words for those of `apiFaults`. */
  readonly faults?: Readonly<Record<string, (request: ApiRequest, book: ApiBook) => Reply>>;
}

/** Faults of every channel's API: a call that is struck never reaches `handle`. */
const apiFaults: Readonly<Record<string, () => Reply>> = {
  "error-500": () => bare(500),
  throttle: () => bare(429, { "retry-after": "1" }),
  timeout: () => ({ wire: "no-answer" }),
  "not-found-yet": () => json(404, { message: "Not Found" }),
  "token-expired": () => json(401, { message: "The access token expired" }),
};

/** A fault that waits for the next `times` calls of a kind. */
export interface ApiFault {
  readonly fault: string;
  readonly on: ApiCall;
  /** 0 takes back what waits. */
  readonly times: number;
}

/** The API of one shop. */
export interface HostedApi {
  readonly faults: readonly string[];
  readonly book: ApiBook;
  /** What was called, oldest first. */
  readonly calls: readonly { readonly kind: ApiCall | "other"; readonly path: string; readonly fault?: string }[];
  setFault(fault: ApiFault): void;
  /** Stores an order as the channel shows it. */
  put(id: string, text: string): void;
  /** Stores what the API answers at a path. */
  putResource(path: string, text: string): void;
  reply(request: ApiRequest): Reply;
}

export function hostApi(api: ChannelApi, about: Pick<ApiBook, "shop" | "app" | "credentials" | "now">): HostedApi {
  const known: NonNullable<ChannelApi["faults"]> = { ...apiFaults, ...api.faults };
  const orders = new Map<string, string>();
  const resources = new Map<string, string>();
  const book: ApiBook = { ...about, orders, resources, memory: new Map() };
  const calls: { kind: ApiCall | "other"; path: string; fault?: string }[] = [];
  let waiting: { fault: string; on: ApiCall; left: number }[] = [];

  function strike(kind: ApiCall | "other"): string | undefined {
    const next = waiting.find(({ on }) => on === kind);
    if (!next) return undefined;
    next.left -= 1;
    waiting = waiting.filter(({ left }) => left > 0);
    return next.fault;
  }

  function answer(request: ApiRequest): Answer {
    const set = request.method === "GET" ? resources.get(request.path) : undefined;
    if (set !== undefined) return { ...json(200, null), body: set };
    try {
      return api.handle(request, book);
    } catch (error) {
      if (error instanceof NotJson) return bare(400);
      // A defect of the simulator must be seen, and must not take the others down.
      console.error(`simulator of ${request.host}: ${request.method} ${request.path}`, error);
      return bare(500);
    }
  }

  return {
    faults: Object.keys(known),
    book,
    calls,
    setFault({ fault, on, times }) {
      if (times === 0) waiting = waiting.filter((entry) => entry.fault !== fault || entry.on !== on);
      else waiting.push({ fault, on, left: times });
    },
    put(id, text) {
      orders.delete(id);
      orders.set(id, text);
    },
    putResource: (path, text) => void resources.set(path, text),
    reply(request) {
      const kind = api.kindOf(request);
      const fault = strike(kind);
      calls.push({ kind, path: request.path, ...(fault !== undefined && { fault }) });
      const struck = fault === undefined ? undefined : known[fault];
      return struck ? struck(request, book) : answer(request);
    },
  };
}
