import type { TestContext } from "node:test";
import { akinon } from "../../functions/providers/akinon/index.ts";
import type { Outgoing } from "../../functions/providers/provider.ts";
import type { Line } from "../../shared/order.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { attempt, type Setup, startProviderContext } from "./provider-context.ts";

export const secret = { channelId: 5, username: "relay@akinon-demo.invalid", password: "akinon-demo-password" };

/** Omnitron's simulator and its connector. */
export async function startAkinon(context: TestContext, setup: Partial<Setup> = {}) {
  const fixture = await startProviderContext(context, akinon, { secret, ...setup });
  /** Calls that reached the simulator: "GET customers", "POST create_orders". */
  const calls = () =>
    fixture.sandbox
      .calls("akinon")
      .map(({ method, path }) => `${method} ${path.replace(/^\/api\/v1\/(channel\/5\/)?/, "").replace(/\/$/, "")}`);
  return {
    ...fixture,
    calls,
    count: (call: string) => calls().filter((each) => each === call).length,
    /** Bodies that were posted there, oldest first, character for character. */
    posted: (resource: string) =>
      fixture.proxy.passed
        .filter(({ method, target }) => method === "POST" && target.endsWith(`/${resource}/`))
        .map(({ body }) => body),
    /** @throws what `prepare` or `create` throws */
    async send(outgoing: Outgoing): Promise<Body> {
      const { outcome, error } = await attempt(fixture, outgoing);
      if (outcome !== "created") throw error;
      return JSON.parse(fixture.proxy.passed.findLast(({ target }) => target.endsWith("/create_orders/"))?.body ?? "");
    },
  };
}

export interface Body {
  order: Record<string, unknown>;
  order_item: Record<string, unknown>[];
}

/** One line that all simulators know, and nothing else of the sample's lines. */
export function oneLine(line: Partial<Line> = {}, order: Parameters<typeof outgoingSample>[0] = {}): Outgoing {
  // The sample's amounts are those of its own lines.
  const amounts = { subtotal: undefined, discount: undefined, tax: undefined, total: undefined };
  return outgoingSample({
    ...amounts,
    ...order,
    lines: [{ id: "1", sku: "DEMO-MUG", quantity: 1, unitPrice: "7.50", ...line }],
  });
}
