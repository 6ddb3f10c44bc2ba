import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type Channel, connectionFacts } from "../../../functions/channels/channel.ts";
import { checkConnection, fetchOrder } from "../../../functions/route-order/fetch-order.ts";
import { channelHttp } from "../../../shared/connector/channel-http.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../../shared/connector/http.ts";
import { MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import { memorySecret } from "../../support/memory-secret.ts";
import { memoryTools } from "../../support/memory-tools.ts";
import { noChannelApi } from "../../support/no-channel-api.ts";
import type { ApiSample, ChannelSample, ContractCase } from "./channel-sample.ts";
import { demoConnection } from "./demo-connection.ts";

type Answer = (request: HttpRequest) => Partial<HttpAnswer>;

/** What the API does instead of its answer, and the error class that follows. */
const FAULTS: [what: string, fault: Answer, error: typeof Misconfigured | typeof Unavailable | typeof Throttled][] = [
  ["401", () => ({ status: 401 }), Misconfigured],
  ["403", () => ({ status: 403 }), Misconfigured],
  ["429", () => ({ status: 429, headers: { "retry-after": "7" } }), Throttled],
  ...[500, 502, 503, 504].map((status): (typeof FAULTS)[number] => [
    String(status),
    () => ({ status, text: "<html>" }),
    Unavailable,
  ]),
  ["no connection", () => fail("no-connection", false), Unavailable],
  ["no answer", () => fail("timeout", true), Unavailable],
];

function fail(kind: HttpFailure["kind"], sent: boolean): never {
  throw new HttpFailure(kind, sent);
}

/** The promises of a channel's API client, as route-order uses it. */
export function apiCases(channel: Channel, sample: ChannelSample): ContractCase[] {
  const { api } = sample;
  if (!api || !channel.api) return [];
  const { answer, isOrderCall } = api;
  const faultCase = (what: string, isHit: (request: HttpRequest) => boolean): ContractCase => ({
    name: what,
    async run() {
      for (const [fault, faulty, error] of FAULTS) {
        const { order } = open(channel, sample, api, (request) => (isHit(request) ? faulty : answer)(request));
        await rejects(order(api.orderId), (thrown) => {
          ok(thrown instanceof error, `${fault} must be ${error.name}, not ${thrown}`);
          if (thrown instanceof Throttled) equal(thrown.retryAfter, 7_000);
          return true;
        });
      }
    },
  });
  return [
    {
      name: "its API client fetches the order, as often as it is asked, from the channel's hosts alone",
      async run() {
        const { order, calls } = open(channel, sample, api, answer);
        equal(calls.length, 0, "opening makes no call");
        for (const _ of [1, 2]) {
          const fetched = await order(api.orderId);
          if (fetched === "gone") throw new Error(`The client says that the API has no order ${api.orderId}.`);
          deepEqual(JSON.parse(JSON.stringify(fetched.order)), api.expected);
        }
      },
    },
    {
      name: "an order that the API does not have is gone",
      run: async () => equal(await open(channel, sample, api, answer).order(api.unknownId), "gone"),
    },
    faultCase("a failed call for an order throws the error that says what happens next", isOrderCall),
    faultCase("a failed call, for a token too, throws the error that says what happens next", () => true),
    {
      name: "an answer that cannot be read is an error: no order, and none gone",
      async run() {
        for (const text of ["", "null", "[]", "{}", '"text"', "<html>"]) {
          const nonsense: Answer = (request) => (isOrderCall(request) ? { status: 200, text } : answer(request));
          await rejects(
            open(channel, sample, api, nonsense).order(api.orderId),
            (error) => error instanceof MalformedEvent || error instanceof Unavailable,
            text,
          );
        }
      },
    },
    {
      name: "its check passes with right credentials, and refused credentials are misconfigured",
      async run() {
        await open(channel, sample, api, answer).check();
        const { check, calls } = open(channel, sample, api, () => ({ status: 401 }));
        // A client without `check` cannot know.
        const outcome = await check().catch((error: unknown) => error);
        if (calls.length > 0) ok(outcome instanceof Misconfigured, String(outcome));
      },
    },
  ];
}

/** The client of the demo connection, behind the sample's API. */
function open(channel: Channel, sample: ChannelSample, api: ApiSample, answer: Answer) {
  const calls: HttpRequest[] = [];
  const demo = demoConnection(channel, sample);
  const facts = connectionFacts(channel, demo);
  const now = () => sample.now ?? Date.now();
  const http = channelHttp({
    caller: `connections/${facts.connection}`,
    hosts: [...channel.hosts, ...(channel.hostsOf?.(facts) ?? [])],
    async http(request) {
      calls.push(request);
      return { status: 200, headers: {}, text: "", ...answer(request) };
    },
  });
  const secret = memorySecret({ ...(api.credentials as object) });
  const deadline = now() + 60_000;
  const tools = memoryTools({ now, deadline, secret, http: (request) => http({ timeout: 2_000, ...request }) });
  const deps = {
    ...noChannelApi,
    now,
    openClient: async () => {
      const credentials = channel.credentials?.parse(api.credentials);
      const opened = await channel.api?.();
      if (!opened) throw new Misconfigured("this channel has no API");
      return opened.open({ ...facts, app: channel.secret.parse(sample.secret), credentials }, tools);
    },
  };
  const request = { channel, connection: demo, deadline: tools.deadline };
  return {
    calls,
    order: (id: string) => fetchOrder(id, request, deps),
    check: () => checkConnection(request, deps),
  };
}
