import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import type { ChannelSandbox } from "../simulators/channel-sandbox.ts";
import { ChannelRefusal, type ChannelSimulator } from "../simulators/channel-simulator.ts";
import { PartialOrder } from "../simulators/partial-order.ts";
import { Times } from "./provider-routes.ts";
import { ok, type Route, readJson, refused, type SurfaceAnswer } from "./route.ts";

const Send = z.strictObject({
  topic: z.optional(z.string().check(z.minLength(1))),
  order: z.optional(PartialOrder),
});
const Fault = z.strictObject({ fault: z.string(), times: Times });

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
        const { fault, times } = await readJson(request, Fault);
        simulator.setFault(fault, times);
        return ok({ fault, times });
      }),
    },
    {
      key: "PUT /sandbox/channels/{channel}/{connection}/orders/{id}",
      handle: forConnection((_simulator, _request, [channel]) =>
        refused(404, `The API of ${channel} is not simulated: its webhooks carry the whole order.`),
      ),
    },
  ];
}
