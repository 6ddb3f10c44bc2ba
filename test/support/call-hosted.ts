import type { HostedApi } from "../../local/simulators/channel-api.ts";
import type { HttpAnswer, HttpRequest } from "../../shared/connector/http.ts";

/** Makes a client's call at a simulated API, without a socket. */
export function callHosted(hosted: HostedApi, request: Omit<HttpRequest, "timeout">): HttpAnswer {
  const { host, pathname, search, searchParams } = new URL(request.url);
  const reply = hosted.reply({
    ...{ caller: "connection", host, method: request.method, path: pathname, query: searchParams },
    ...{ rawQuery: search.slice(1), headers: { "user-agent": "order-relay/test", ...request.headers } },
    ...{ body: Buffer.from(request.body ?? ""), ended: Promise.resolve("answered") },
  });
  if ("wire" in reply) throw new Error(`no answer: ${reply.wire}`);
  return { status: reply.status, headers: { ...reply.headers }, text: String(reply.body) };
}
