import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import type { Sandbox } from "../simulators/sandbox.ts";
import { ok, type Route, readJson, refused, type SurfaceAnswer } from "./route.ts";

/** How often a fault strikes; 0 takes back what waits. */
export const Times = z._default(z.int().check(z.minimum(0), z.maximum(1_000_000)), 1);
const Fault = z.strictObject({ fault: z.string(), times: Times });

/** What the providers' simulators hold, and how they fail. */
export function providerRoutes(sandbox: Pick<Sandbox, "providers" | "orders" | "faults" | "setFault">): Route[] {
  type Answer = (provider: string, request: IncomingMessage) => SurfaceAnswer | Promise<SurfaceAnswer>;
  const forProvider =
    (answer: Answer): Route["handle"] =>
    ([provider = ""], request) =>
      sandbox.providers.includes(provider)
        ? answer(provider, request)
        : refused(404, `No provider "${provider}" is simulated, only ${sandbox.providers.join(", ")}.`);

  async function setFault(provider: string, request: IncomingMessage): Promise<SurfaceAnswer> {
    const { fault, times } = await readJson(request, Fault);
    if (!sandbox.faults(provider).includes(fault)) {
      return refused(400, `${provider} knows no fault "${fault}", only ${sandbox.faults(provider).join(", ")}.`);
    }
    sandbox.setFault(provider, fault, times);
    return ok({ fault, times });
  }

  return [
    { key: "GET /sandbox/{provider}/orders", handle: forProvider((provider) => ok(sandbox.orders(provider))) },
    {
      key: "GET /sandbox/{provider}/faults",
      handle: forProvider((provider) => ok({ faults: sandbox.faults(provider) })),
    },
    { key: "POST /sandbox/{provider}/faults", handle: forProvider(setFault) },
  ];
}
