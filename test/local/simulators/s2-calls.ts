import type { S2Switches } from "../../../local/simulators/providers/s2/switches.ts";
import { startSandbox } from "../../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../../local/simulators/simulator.ts";
import { call } from "../../support/sandbox-client.ts";
import sample from "./fixtures/s2-create-sample.json" with { type: "json" };

export const credentials = { email: "demo@order-relay.invalid", password: "s2-demo-password" };
export const organization = "95d73baf-76ba-4bea-86ac-1534c5e5d4aa";

/** An S2 simulator of its own on a clock that only the test moves; logged in, two products looked up. */
export async function openS2(settings: Partial<S2Switches & CommonSwitches> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12) };
  const sandbox = await startSandbox({ clock: () => clock.now, settings: { s2: settings } });
  const login = (body: unknown = credentials) => call(`${sandbox.url}/s2/login`, { body });
  const { accessToken } = (await login()).json as { accessToken: string };
  const headers = { authorization: `Bearer ${accessToken}`, "x-s2-organization": organization };
  const get = (path: string, other: Record<string, string> = headers) =>
    call(`${sandbox.url}/s2${path}`, { headers: other });
  const productId = async (sku: string) =>
    ((await get(`/product?term=${sku}`)).json as { items: { id: string }[] }).items.at(-1)?.id ?? "";
  const [first, second] = [await productId("DEMO-GREY"), await productId("DEMO-BLUE")];

  /** The document's own sample, with products that the simulator handed out. */
  const order = (changes: Record<string, unknown> = {}) => ({
    ...sample,
    items: sample.items.map((item, index) => ({ ...item, productId: index === 0 ? first : second })),
    ...changes,
  });
  return {
    sandbox,
    clock,
    headers,
    login,
    get,
    order,
    productId,
    create: (body: unknown = order(), other: Record<string, string> = headers) =>
      call(`${sandbox.url}/s2/order`, { method: "POST", headers: other, body }),
    async list(query = "") {
      return (await get(`/order?${query}`)).json as {
        items: { channelOrderId: string; id: string; [field: string]: unknown }[];
        total: number;
      };
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
