import { isUtf8 } from "node:buffer";
import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { ACCOUNT } from "../aws/aws-account.ts";

/** Some of the content types that API Gateway passes on as text; it encodes all others as base64. */
const TEXT = /^(?:text\/|application\/(?:json|javascript|xml)\b|application\/[^;]*\+(?:json|xml)\b)/i;

/**
 * The event of an HTTP API with payload format 2.0.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export function httpEvent(
  request: IncomingMessage,
  body: Buffer,
  { routeKey, pathParameters }: { routeKey: string; pathParameters: Record<string, string> },
): object {
  const [rawPath = "/", rawQueryString = ""] = split(request.url ?? "/", "?");
  const { headers, cookies } = headersOf(request);
  const sourceIp = request.socket.remoteAddress ?? "127.0.0.1";
  const now = new Date();
  return {
    version: "2.0",
    routeKey,
    rawPath,
    rawQueryString,
    ...(cookies.length > 0 ? { cookies } : {}),
    headers: {
      ...headers,
      "x-amzn-trace-id": `Root=1-${Math.floor(now.getTime() / 1000).toString(16)}-${randomBytes(12).toString("hex")}`,
      "x-forwarded-for": sourceIp,
      "x-forwarded-port": String(request.socket.localPort ?? ""),
      "x-forwarded-proto": "http",
    },
    ...(rawQueryString === "" ? {} : { queryStringParameters: joined(new URLSearchParams(rawQueryString)) }),
    ...(Object.keys(pathParameters).length > 0 ? { pathParameters } : {}),
    requestContext: {
      accountId: ACCOUNT,
      apiId: "local",
      domainName: headers["host"] ?? "",
      domainPrefix: "local",
      http: {
        method: request.method,
        path: rawPath,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp,
        userAgent: headers["user-agent"] ?? "",
      },
      requestId: randomUUID(),
      routeKey,
      stage: "$default",
      time: now.toUTCString(),
      timeEpoch: now.getTime(),
    },
    ...bodyOf(body, headers["content-type"]),
  };
}

/** Bytes that are not UTF-8 would be damaged as text, so the content type alone does not decide. */
function bodyOf(body: Buffer, contentType = ""): { body?: string; isBase64Encoded: boolean } {
  if (body.length === 0) return { isBase64Encoded: false };
  const asText = TEXT.test(contentType) && isUtf8(body);
  return { body: body.toString(asText ? "utf8" : "base64"), isBase64Encoded: !asText };
}

/** Names in lower case, duplicates joined by commas. Node's own `headers` drops some duplicates. */
function headersOf(request: IncomingMessage): { headers: Record<string, string>; cookies: string[] } {
  const { cookie = [], ...others } = request.headersDistinct;
  const headers = Object.entries(others).map(([name, values = []]) => [name, values.join(",")] as const);
  return { headers: Object.fromEntries(headers), cookies: cookie.flatMap((line) => line.split("; ")) };
}

function joined(query: URLSearchParams): Record<string, string> {
  return Object.fromEntries([...new Set(query.keys())].map((name) => [name, query.getAll(name).join(",")]));
}

function split(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
