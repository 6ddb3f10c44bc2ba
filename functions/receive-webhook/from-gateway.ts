import type { APIGatewayProxyEventV2 } from "aws-lambda";
import type { Request } from "./receive-webhook.ts";

/**
 * The request as it was before API Gateway wrapped it. Each endpoint has a route of its own, so the route key names it.
 * The path is read only behind a front that has one route for all endpoints.
 */
export function fromGateway(event: APIGatewayProxyEventV2): Request {
  const { routeKey, rawPath, rawQueryString, headers, queryStringParameters, body, isBase64Encoded, requestContext } =
    event;
  const path = routeKey?.includes("/") && !routeKey.includes("{") ? routeKey : rawPath;
  const [, channel = "", endpoint = ""] = /\/webhooks\/([^/]+)\/([^/]+)\/?$/.exec(path ?? "") ?? [];
  return {
    endpoint: `${channel}/${endpoint}`,
    method: requestContext.http.method,
    rawPath: rawPath ?? "",
    rawQuery: rawQueryString ?? "",
    headers: withTexts(headers, (name) => name.toLowerCase()),
    query: withTexts(queryStringParameters, (name) => name),
    body: Buffer.from(body ?? "", isBase64Encoded ? "base64" : "utf8"),
  };
}

function withTexts(
  given: Record<string, string | undefined> | undefined,
  naming: (name: string) => string,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(given ?? {}).flatMap(([name, text]) => (text === undefined ? [] : [[naming(name), text]])),
  );
}
