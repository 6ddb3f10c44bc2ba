import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import { API_CALLS } from "../simulators/channel-api.ts";
import type { ChannelSandbox } from "../simulators/channel-sandbox.ts";
import { ChannelRefusal, type ChannelSimulator } from "../simulators/channel-simulator.ts";
import { parseExactly } from "../simulators/exact-json.ts";
import { PartialOrder } from "../simulators/partial-order.ts";
import { Times } from "./provider-routes.ts";
import { check, ok, type Route, readJson, readJsonText, refused, type SurfaceAnswer } from "./route.ts";

const Send = z.strictObject({
  topic: z.optional(z.string().check(z.minLength(1))),
  order: z.optional(PartialOrder),
});
const Fault = z.strictObject({ fault: z.string(), times: Times, on: z.optional(z.enum(API_CALLS)) });
const Resources = z.record(z.string().check(z.startsWith("/")), z.unknown());

/** What the channels' simulators hold and send, and how they fail. */
export function channelRoutes(sandbox: ChannelSandbox): Route[] {
  type Answer = (
    simulator: ChannelSimulator,
    request: IncomingMessage,
    parts: readonly string[],
  ) => SurfaceAnswer | Promise<SurfaceAnswer>;
  const forConnection =
    (answer: Answer): Route["handle"] =>
    async (parts, request) => {
      const [channel = "", connection = ""] = parts;
      const simulator = sandbox.find(channel, connection);
      if (!simulator) {
        const known = sandbox.connections.join(", ") || "none";
        return refused(404, `No connection ${channel}/${connection} is simulated; this stage has: ${known}.`);
      }
      try {
        return await answer(simulator, request, parts);
      } catch (error) {
        if (error instanceof ChannelRefusal) return refused(400, error.message);
        throw error;
      }
    };

  return [
    {
      key: "POST /sandbox/channels/{channel}/{connection}/send",
      handle: forConnection(async (simulator, request) => ok(await simulator.send(await readJson(request, Send)))),
    },
    {
      key: "GET /sandbox/channels/{channel}/{connection}",
      handle: forConnection((simulator) =>
        ok({
          orders: simulator.orders(),
          subscriptions: simulator.subscriptions(),
          faults: simulator.faults,
        }),
      ),
    },
    {
      key: "POST /sandbox/channels/{channel}/{connection}/faults",
      handle: forConnection(async (simulator, request) => {
        const fault = await readJson(request, Fault);
        simulator.setFault(fault);
        return ok(fault);
      }),
    },
    {
      key: "PUT /sandbox/channels/{channel}/{connection}/orders/{id}",
      handle: forConnection(async ({ api }, request, [channel, , id = ""]) => {
        if (!api) return refused(404, `The API of ${channel} is not simulated: its webhooks carry the whole order.`);
        const text = await readJsonText(request);
        const several = resourcesIn(text);
        if (!several) api.put(id, text);
        for (const [path, value] of Object.entries(several ?? {})) api.putResource(path, value);
        return ok({ orderId: id, ...(several && { resources: Object.keys(several) }) });
      }),
    },
  ];
}

/** JSON text by path, of `{"resources": {"<path>": …}}`; undefined for anything else, which is one order. @throws BadRequest */
function resourcesIn(text: string): Record<string, string> | undefined {
  const json = parseExactly(text);
  const isObject = typeof json === "object" && json !== null;
  if (!isObject || !("resources" in json) || Object.keys(json).length > 1) return undefined;
  const resources = Object.entries(check(json.resources, Resources));
  return Object.fromEntries(resources.map(([path, value]) => [path, JSON.stringify(value)]));
}
