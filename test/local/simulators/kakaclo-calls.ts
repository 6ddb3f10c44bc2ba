import type { KakacloSwitches } from "../../../local/simulators/providers/kakaclo/switches.ts";
import { type Sandbox, startSandbox } from "../../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../../local/simulators/simulator.ts";
import { call } from "../../support/sandbox-client.ts";
import sample from "./fixtures/kakaclo-create-sample.json" with { type: "json" };

const authorization = "Bearer kk-demo-token";
const ORDERS = "openapi/v2/order/orders";

/** The document's own sample, its SKU one that the simulator knows. */
export const kakacloOrder = (changes: Record<string, unknown> = {}) => ({
  ...sample,
  orderItemsList: [{ sku: "DEMO-TEE", quantity: 1 }],
  ...changes,
});

export interface KakacloRow {
  id: string | number;
  customOrderId: string;
  status: string;
  orderItems: { skuCode: string; productNum: number; countryCode: string }[];
  [field: string]: unknown;
}

/** A KakaClo simulator of its own on a clock that only the test moves. */
export async function openKakaclo(settings: Partial<KakacloSwitches & CommonSwitches> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12) };
  const sandbox: Sandbox = await startSandbox({ clock: () => clock.now, settings: { kakaclo: settings } });
  const at = (path: string) => `${sandbox.url}/kakaclo/${path}`;
  const get = (path: string, headers: Record<string, string> = { authorization }) => call(at(path), { headers });
  const post = (path: string, body: unknown, headers: Record<string, string> = {}) =>
    call(at(path), { method: "POST", headers: { authorization, ...headers }, body });
  return {
    sandbox,
    clock,
    get,
    post,
    create: (body: unknown = kakacloOrder(), headers: Record<string, string> = {}) => post(ORDERS, body, headers),
    async list(query = "") {
      const { data } = (await get(`${ORDERS}?${query}`)).json as { data: { total: number; list: KakacloRow[] } };
      return data;
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
