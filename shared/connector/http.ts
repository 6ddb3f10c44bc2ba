import type { Agent, ClientRequest, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { defined } from "../defined.ts";
import { USER_AGENT } from "../release.ts";
import { decodeBody } from "./decode-body.ts";

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Of the whole call, ms; then the socket is closed. */
  timeout: number;
  /** Largest answer, in bytes, before and after decompression. Default 5 MiB. */
  maxBytes?: number;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  /** Decompressed, if the server compressed it. */
  text: string;
}

/** Makes a call. Redirects are answers, not followed. @throws HttpFailure */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** A call without a complete answer. `sent: false` = surely no byte of the request reached the server. */
export class HttpFailure extends Error {
  override readonly name: string = "HttpFailure";
  readonly kind: "no-connection" | "timeout" | "reset" | "oversized" | "undecodable";
  readonly sent: boolean;

  constructor(kind: HttpFailure["kind"], sent: boolean, options?: ErrorOptions) {
    super(sent ? `${kind} after the request left` : kind, options);
    this.kind = kind;
    this.sent = sent;
  }
}

/** The server closed a pooled connection while the request was on its way, without a byte of an answer. */
class IdleConnectionClosed extends HttpFailure {
  override readonly name = "IdleConnectionClosed";
}

/**
 * Idle connections are not reused after this time, ms: servers close them after 5 s or more, and Lambda freezes them.
 */
const LONGEST_IDLE = 4_000;
const MAX_BYTES = 5 * 1024 * 1024;

/**
 * GETs share connections. Every other call opens a connection of its own and closes it: a reset on a reused connection
 * would put an order in doubt that no server ever saw. A call settles only when no byte of it can still leave.
 */
export const http: Http = async (request) => {
  const startedAt = performance.now();
  if (request.method !== "GET") return exchange(request, false);
  try {
    return await exchange(request, true);
  } catch (error) {
    if (!(error instanceof IdleConnectionClosed)) throw error;
    return exchange({ ...request, timeout: request.timeout - (performance.now() - startedAt) }, false);
  }
};

function exchange(request: HttpRequest, pooled: boolean): Promise<HttpAnswer> {
  const { method, url, headers, body, timeout, maxBytes = MAX_BYTES } = request;
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const payload = body === undefined ? undefined : Buffer.from(body);
    const secure = target.protocol === "https:";
    const { request: open } = nodeHttp(secure);
    const outgoing = open(target, {
      method,
      agent: pooled && poolOf(secure),
      headers: {
        "user-agent": USER_AGENT,
        ...(method === "GET" && { "accept-encoding": "gzip, deflate, br" }),
        ...headers,
        ...defined({ "content-length": payload && String(payload.length) }),
      },
    });
    const connection = watchConnection(outgoing, secure);
    let failure: HttpFailure | undefined;
    let answer: HttpAnswer | undefined;
    const fail = (kind: HttpFailure["kind"], cause?: unknown) => {
      const Failure = kind === "reset" && connection.closedIdle() ? IdleConnectionClosed : HttpFailure;
      failure ??= new Failure(kind, connection.sent(), { cause });
      outgoing.destroy();
    };
    const timer = setTimeout(() => fail("timeout"), Math.max(1, timeout));

    outgoing.on("error", (cause) => fail(connection.sent() ? "reset" : "no-connection", cause));
    outgoing.on("response", (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        size += chunk.length;
        if (size > maxBytes) fail("oversized");
        else chunks.push(chunk);
      });
      response.on("error", (cause) => fail("reset", cause));
      response.on("end", () => {
        const decoded = decodeBody(Buffer.concat(chunks), response.headers["content-encoding"], maxBytes);
        if (typeof decoded === "string") return fail(decoded);
        answer = {
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(", ") : (value ?? ""),
            ]),
          ),
          text: decoded.toString("utf8"),
        };
        // A pooled connection returns to the pool by itself.
        if (!pooled) outgoing.destroy();
      });
    });
    outgoing.on("close", () => {
      clearTimeout(timer);
      if (answer && !failure) resolve(answer);
      else reject(failure ?? new HttpFailure("reset", connection.sent()));
    });
    outgoing.end(payload);
  });
}

/** What is known of a request's connection. */
function watchConnection(outgoing: ClientRequest, secure: boolean) {
  let sent = false;
  let socket: Socket | undefined;
  let readBefore = 0;
  outgoing.on("socket", (assigned) => {
    socket = assigned;
    readBefore = assigned.bytesRead;
    // Before this event not a byte of the request can have been written.
    if (outgoing.reusedSocket) sent = true;
    else
      assigned.once(secure ? "secureConnect" : "connect", () => {
        sent = true;
      });
  });
  return {
    sent: () => sent,
    closedIdle: () => outgoing.reusedSocket && socket?.bytesRead === readBefore,
  };
}

/** Not by `import`: as an ES module node:http brings all of Node's fetch with it, 20 ms of a cold start. */
const nodeHttp = (secure: boolean) => process.getBuiltinModule(secure ? "node:https" : "node:http");

const pools = new Map<boolean, Agent>();
/** When an idle connection became idle, epoch ms. */
const idleSince = new WeakMap<object, number>();

/** The connections for GETs. Closes those that were idle for too long: Node's own timers stop in a frozen Lambda. */
function poolOf(secure: boolean): Agent {
  const pool = pools.get(secure) ?? new (nodeHttp(secure).Agent)({ keepAlive: true });
  if (!pools.has(secure)) pool.on("free", (socket: Socket) => idleSince.set(socket, Date.now()));
  pools.set(secure, pool);
  for (const socket of Object.values(pool.freeSockets).flatMap((sockets) => sockets ?? [])) {
    if (Date.now() - (idleSince.get(socket) ?? 0) > LONGEST_IDLE) socket.destroy();
  }
  return pool;
}

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110 10.2.3). Undefined if absent or unreadable. */
export function retryAfter(answer: Pick<HttpAnswer, "headers">, now: number): number | undefined {
  const text = answer.headers["retry-after"]?.trim();
  if (!text) return undefined;
  // All forms of an HTTP date start with the weekday. Date.parse would read "1.5" as a day of the year 2001.
  const until = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : until - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
