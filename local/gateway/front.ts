import type { IncomingMessage, ServerResponse } from "node:http";
import type { HttpRoute } from "../assembly/hosted.ts";
import type { InvocationResult } from "../lambda/host-messages.ts";
import { httpEvent } from "./http-event.ts";

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const HEADER_BYTES = 10_240;
const BODY_BYTES = 10 * 1024 * 1024;
const INTEGRATION_MS = 30_000;
/** Lambda's limit of 6 MB for a synchronous invocation, as its error message counts it. */
const PAYLOAD_BYTES = 6_291_556;

/** Answers as an API Gateway HTTP API does before and after it invokes the function. */
export type Front = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export function createFront(
  routes: HttpRoute[],
  invoke: (functionName: string, payload: string) => Promise<InvocationResult>,
  integrationMs = INTEGRATION_MS,
): Front {
  const find = routeFinder(routes);

  return async (request, response) => {
    if (headerBytes(request) > HEADER_BYTES) return refuse(request, response, 431, "Request Header Fields Too Large");
    const route = find(request.method ?? "GET", (request.url ?? "/").split("?")[0] ?? "/");
    if (!route) return refuse(request, response, 404, "Not Found");
    const body = await readBody(request);
    if (body === "too-large") return answer(response, 413, "Request Entity Too Large");
    if (body === "aborted") return;
    const payload = JSON.stringify(httpEvent(request, body, route));
    if (Buffer.byteLength(payload) > PAYLOAD_BYTES) return answer(response, 413, "Request Entity Too Large");

    const { promise: late, resolve: giveUp } = Promise.withResolvers<"late">();
    const timer = setTimeout(giveUp, integrationMs, "late");
    const result = await Promise.race([invoke(route.functionName, payload), late]);
    clearTimeout(timer);
    if (result === "late") answer(response, 503, "Service Unavailable");
    else if (!result.ok || !respond(response, JSON.parse(result.payload))) {
      answer(response, 500, "Internal Server Error");
    }
  };
}

interface Found {
  routeKey: string;
  functionName: string;
  pathParameters: Record<string, string>;
}

/** Explicit routes first, then those with `{parameters}`, as API Gateway does. */
function routeFinder(routes: HttpRoute[]): (method: string, path: string) => Found | undefined {
  const exact = new Map(routes.map(({ key, functionName }) => [key, functionName]));
  const patterns = routes
    .filter(({ key }) => key.includes("{"))
    .map(({ key, functionName }) => {
      const [method = "", path = ""] = key.split(" ");
      const names = [...path.matchAll(/\{([^}+]+)\+?\}/g)].map(([, name = ""]) => name);
      const source = path.replace(/\{[^}]+\+\}/g, "(.+)").replace(/\{[^}]+\}/g, "([^/]+)");
      return { key, functionName, method, names, regex: new RegExp(`^${source}$`) };
    });

  return (method, path) => {
    for (const key of [`${method} ${path}`, `ANY ${path}`]) {
      const functionName = exact.get(key);
      if (functionName !== undefined) return { routeKey: key, functionName, pathParameters: {} };
    }
    for (const pattern of patterns) {
      const match = pattern.method === method || pattern.method === "ANY" ? pattern.regex.exec(path) : null;
      if (!match) continue;
      const pathParameters = Object.fromEntries(pattern.names.map((name, index) => [name, match[index + 1] ?? ""]));
      return { routeKey: pattern.key, functionName: pattern.functionName, pathParameters };
    }
    return undefined;
  };
}

function headerBytes({ method = "", url = "", rawHeaders }: IncomingMessage): number {
  return rawHeaders.reduce((sum, text) => sum + Buffer.byteLength(text), method.length + url.length);
}

/** Reads even a too large body to its end: a sender that is cut off while it sends never sees the answer. */
async function readBody(request: IncomingMessage): Promise<Buffer | "too-large" | "aborted"> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > BODY_BYTES) chunks.length = 0;
      else chunks.push(chunk);
    }
  } catch {
    return "aborted";
  }
  return size > BODY_BYTES ? "too-large" : Buffer.concat(chunks);
}

/** @returns whether API Gateway can send the function's answer */
function respond(response: ServerResponse, result: unknown): boolean {
  if (typeof result !== "object" || result === null) return false;
  const { statusCode, headers = {}, body = "", isBase64Encoded, cookies = [] } = result as Record<string, unknown>;
  if (statusCode === undefined) {
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(result));
    return true;
  }
  if (typeof statusCode !== "number" || statusCode < 200 || statusCode > 599 || typeof body !== "string") return false;
  const bytes = Buffer.from(body, isBase64Encoded === true ? "base64" : "utf8");
  const given = Object.entries(headers as object).map(([name, value]) => [name.toLowerCase(), String(value)]);
  response.writeHead(statusCode, {
    ...(bytes.length > 0 ? { "content-type": "text/plain;charset=UTF-8" } : {}),
    ...Object.fromEntries(given),
    ...((cookies as string[]).length > 0 ? { "set-cookie": cookies as string[] } : {}),
    "content-length": bytes.length,
  });
  response.end(bytes);
  return true;
}

function refuse(request: IncomingMessage, response: ServerResponse, status: number, message: string): void {
  request.resume();
  answer(response, status, message);
}

function answer(response: ServerResponse, status: number, message: string): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify({ message }));
}
