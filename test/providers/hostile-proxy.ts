import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/** A request as it passed. */
export interface Passed {
  method: string;
  /** With the query, below the proxy's address: `/s2/order?limit=100`. */
  target: string;
  headers: Record<string, string>;
  body: string;
}

/** Ways in which a server, or something between it and us, answers badly. */
export const TRICKS = [
  "ten-megabytes",
  "html",
  "slow-drip",
  "redirect",
  "invalid-json",
  "truncated-gzip",
  "gzip-bomb",
  "other-json",
  "empty",
  "no-answer",
  "reset",
] as const;
export type Trick = (typeof TRICKS)[number];

/** An answer written by hand; `echo` puts in whatever the request had in headers and body, as some servers do. */
export interface Written {
  status: number;
  headers?: Record<string, string>;
  body?: string | ((passed: Passed) => string);
}

/** A proxy between a connector and its simulator. It does the harm that a test asks for. */
export interface HostileProxy {
  readonly url: string;
  /** Everything that arrived, oldest first. */
  readonly passed: readonly Passed[];
  /** The next `times` requests that match get that answer. `reaches`: the simulator gets the request all the same. */
  strike(
    match: (passed: Passed) => boolean,
    how: Trick | Written,
    options?: { reaches?: boolean; times?: number },
  ): void;
  stop(): Promise<void>;
}

const MB = 1024 * 1024;
/** Where a client that follows redirects would end. */
export const TRAP = "/trap";

export async function startHostileProxy(target: string): Promise<HostileProxy> {
  const passed: Passed[] = [];
  const strikes: { match: (one: Passed) => boolean; how: Trick | Written; reaches: boolean; left: number }[] = [];

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  async function serve(incoming: IncomingMessage, outgoing: ServerResponse) {
    const chunks: Buffer[] = [];
    for await (const chunk of incoming) chunks.push(chunk);
    const one: Passed = {
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      headers: Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)])),
      body: Buffer.concat(chunks).toString(),
    };
    passed.push(one);
    const strike = strikes.find(({ match, left }) => left > 0 && match(one));
    if (!strike) return answer(outgoing, await forward(target, one));
    strike.left -= 1;
    const real = strike.reaches ? await forward(target, one) : undefined;
    if (typeof strike.how === "object") {
      const { status, headers = { "content-type": "application/json" }, body = "" } = strike.how;
      return answer(outgoing, { status, headers, body: Buffer.from(typeof body === "string" ? body : body(one)) });
    }
    await harm(outgoing, strike.how, real);
  }
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy listens on no port.");

  return {
    url: `http://127.0.0.1:${address.port}`,
    passed,
    strike: (match, how, { reaches = false, times = 1 } = {}) => strikes.push({ match, how, reaches, left: times }),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

function answer(outgoing: ServerResponse, { status, headers, body }: Answer): void {
  outgoing.writeHead(status, { ...headers, "content-length": body.length });
  outgoing.end(body);
}

/** The connector must find the same broken connection that the simulator gives. */
function forward(base: string, { method, target, headers, body }: Passed): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, ...rest } = headers;
    const outgoing = request(`${base}${target}`, { method, headers: rest, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () => {
        const kept = Object.entries(response.headers).filter(
          ([name]) => !/^(transfer-encoding|connection)$/.test(name),
        );
        const plain = Object.fromEntries(kept.map(([name, value]) => [name, String(value)]));
        resolve({ status: response.statusCode ?? 0, headers: plain, body: Buffer.concat(chunks) });
      });
    });
    outgoing.on("error", reject);
    outgoing.end(body);
  });
}

async function harm(outgoing: ServerResponse, trick: Trick, real: Answer | undefined): Promise<void> {
  const { status = 200, headers = { "content-type": "application/json" } } = real ?? {};
  const body = real?.body ?? Buffer.from('{"code":10000,"data":1,"id":"1"}');
  const say = (text: string | Buffer, changes: Record<string, string> = {}, code = status) =>
    answer(outgoing, { status: code, headers: { ...headers, ...changes }, body: Buffer.from(text) });
  switch (trick) {
    case "ten-megabytes":
      return say(Buffer.concat([Buffer.alloc(10 * MB, " "), body]));
    case "html":
      return say("<html><body>Maintenance</body></html>", { "content-type": "text/html" }, 200);
    case "truncated-gzip":
      return say(gzipSync(body).subarray(0, -9), { "content-encoding": "gzip" });
    case "gzip-bomb":
      return say(gzipSync(Buffer.concat([Buffer.alloc(10 * MB, " "), body])), { "content-encoding": "gzip" });
    case "redirect":
      return say("", { location: TRAP }, 302);
    case "invalid-json":
      return say(body.subarray(0, Math.max(1, body.length - 3)));
    case "other-json":
      return say("[[[]]]", {}, 200);
    case "empty":
      return say("");
    case "no-answer":
      return;
    case "reset":
      outgoing.socket?.resetAndDestroy();
      return;
    case "slow-drip":
      outgoing.writeHead(status, { ...headers, "content-length": body.length + 1_000_000 });
      while (!outgoing.destroyed) {
        outgoing.write(" ");
        await sleep(20);
      }
  }
}
