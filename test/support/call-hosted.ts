import type { HostedApi } from "../../local/simulators/channel-api.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";

/** Makes a client's call at a simulated API, without a network. @throws HttpFailure if it breaks the connection */
export async function callHosted(
  hosted: HostedApi,
  { url, method, headers = {}, body = "" }: HttpRequest,
): Promise<HttpAnswer> {
  const { hostname: host, pathname: path, search, searchParams: query } = new URL(url);
  const reply = hosted.reply({
    ...{ host, path, query, rawQuery: search.slice(1), method, headers, body: Buffer.from(body) },
    ...{ caller: "connection", ended: Promise.resolve("answered") },
  });
  if ("wire" in reply) throw new HttpFailure("timeout", true);
  return { status: reply.status, headers: { ...reply.headers }, text: reply.body.toString() };
}
