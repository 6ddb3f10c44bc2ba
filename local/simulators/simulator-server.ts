import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { json, type Reply, type SimulatorRequest } from "./simulator.ts";

/** Simulators behind one listener on loopback. */
export interface SimulatorServer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** Closes all connections. */
  stop(): Promise<void>;
}

/** More than any provider or channel accepts; keeps a runaway client from filling the memory. */
const MAX_REQUEST_BYTES = 20 * 1024 * 1024;

/**
 * @param replyTo gets each request whole, with its whole path
 * @param port 0 takes a free one
 */
export async function startSimulatorServer(
  replyTo: (request: SimulatorRequest) => Reply,
  port = 0,
): Promise<SimulatorServer> {
  const server = createServer((request, response) => {
    serve(request, response, replyTo).catch(() => response.destroy()); // hung up while sending its request
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The simulators listen on no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  incoming: IncomingMessage,
  response: ServerResponse,
  replyTo: (request: SimulatorRequest) => Reply,
): Promise<void> {
  const ended = new Promise<"answered" | "abandoned">((resolve) => {
    response.once("close", () => resolve(response.writableFinished ? "answered" : "abandoned"));
  });
  const body = await readBody(incoming);
  if (!body) return send(response, json(413, { error: "Payload Too Large" }));
  // Not `new URL`: it throws on paths that a client may send, and parses "//host" as a host.
  const [path = "", ...rest] = (incoming.url ?? "").split("?");
  const rawQuery = rest.join("?");
  const { method = "", headers } = incoming;
  send(response, replyTo({ method, path, rawQuery, query: new URLSearchParams(rawQuery), headers, body, ended }));
}

/** @returns undefined if the body is too large */
async function readBody(incoming: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    size += chunk.length;
    // Read and drop the rest: many clients take an answer before the end of their request for a reset.
    if (size <= MAX_REQUEST_BYTES) chunks.push(chunk);
  }
  return size > MAX_REQUEST_BYTES ? undefined : Buffer.concat(chunks);
}

function send(response: ServerResponse, reply: Reply): void {
  if (!("wire" in reply)) {
    response.writeHead(reply.status, { ...reply.headers, "content-length": Buffer.byteLength(reply.body) });
    response.end(reply.body);
    return;
  }
  switch (reply.wire) {
    case "no-answer":
      return;
    case "reset":
      response.socket?.resetAndDestroy();
      return;
    case "late": {
      const timer = setTimeout(() => send(response, reply.answer), reply.afterMs);
      response.once("close", () => clearTimeout(timer));
      return;
    }
    case "drip": {
      const bytes = Buffer.from(reply.answer.body);
      response.writeHead(reply.answer.status, { ...reply.answer.headers, "content-length": bytes.length });
      let sent = 0;
      const timer = setInterval(() => {
        response.write(bytes.subarray(sent, ++sent));
        if (sent >= bytes.length) response.end();
      }, reply.everyMs);
      response.once("close", () => clearInterval(timer));
    }
  }
}
