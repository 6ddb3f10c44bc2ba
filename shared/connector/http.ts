import type { IncomingMessage } from "node:http";

export interface HttpRequest {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers?: Record<string, string>;
  body?: string;
  /** Of the whole call, ms; the socket is closed when it is over. */
  timeout: number;
  /** Bytes of an answer that are read at most. Default 5 MiB. */
  maxBytes?: number;
}

export interface HttpAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Makes a call. Redirects are answers, not followed. @throws HttpFailure */
export type Http = (request: HttpRequest) => Promise<HttpAnswer>;

/** A call without a whole answer. `sent: false` = surely nothing of the request reached the server. */
export class HttpFailure extends Error {
  override readonly name = "HttpFailure";
  readonly kind: "no-connection" | "timeout" | "reset" | "oversized";
  readonly sent: boolean;

  constructor(kind: HttpFailure["kind"], sent: boolean, options?: ErrorOptions) {
    super(sent ? `${kind} after the request left` : kind, options);
    this.kind = kind;
    this.sent = sent;
  }
}

/**
 * One connection a call: a Lambda that was frozen finds its kept-alive sockets dead, and a reset on a reused socket would
 * put an order in doubt that no server ever saw. Resolves or rejects only when the socket is closed, so that nothing of
 * this call can still leave afterwards.
 */
export const http: Http = ({ method, url, headers, body, timeout, maxBytes = 5 * 1024 * 1024 }) =>
  new Promise((resolve, reject) => {
    const target = new URL(url);
    const payload = body === undefined ? undefined : Buffer.from(body);
    let sent = false;
    let failure: HttpFailure | undefined;
    let answer: HttpAnswer | undefined;

    const secure = target.protocol === "https:";
    // Not by `import`: as an ES module node:http brings all of Node's fetch with it, 20 ms of a cold start.
    const { request } = process.getBuiltinModule(secure ? "node:https" : "node:http");
    const outgoing = request(target, {
      method,
      agent: false,
      headers: { ...headers, ...(payload && { "content-length": String(payload.length) }) },
    });
    const fail = (kind: HttpFailure["kind"], cause?: unknown) => {
      failure ??= new HttpFailure(kind, sent, { cause });
      outgoing.destroy();
    };
    const timer = setTimeout(() => fail("timeout"), Math.max(1, timeout));

    outgoing.on("socket", (socket) => {
      // Before this event not a byte of the request can have been written.
      socket.once(secure ? "secureConnect" : "connect", () => {
        sent = true;
      });
    });
    outgoing.on("error", (cause) => fail(sent ? "reset" : "no-connection", cause));
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
        answer = {
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value.join(", ") : (value ?? ""),
            ]),
          ),
          text: Buffer.concat(chunks).toString("utf8"),
        };
        outgoing.destroy();
      });
    });
    outgoing.on("close", () => {
      clearTimeout(timer);
      if (answer && !failure) resolve(answer);
      else reject(failure ?? new HttpFailure("reset", sent));
    });
    outgoing.end(payload);
  });

/** `Retry-After` in ms: seconds or an HTTP date (RFC 9110 10.2.3). Undefined where absent or unreadable. */
export function retryAfter(answer: Pick<HttpAnswer, "headers">, now: number): number | undefined {
  const text = answer.headers["retry-after"]?.trim();
  if (!text) return undefined;
  // All forms of an HTTP date begin with the weekday; Date.parse makes a day of the year 2001 of "1.5".
  const until = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)/.test(text) ? Date.parse(text) : Number.NaN;
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : until - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
