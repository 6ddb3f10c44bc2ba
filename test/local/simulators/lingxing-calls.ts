import { signatureOf } from "../../../local/simulators/providers/lingxing/signature.ts";
import type { LingxingSwitches } from "../../../local/simulators/providers/lingxing/switches.ts";
import { startSandbox } from "../../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../../local/simulators/simulator.ts";
import { call } from "../../support/sandbox-client.ts";

export const APP = { appId: "ak_0123456789abc", appSecret: "lx+demo/secret%2B==&more" };
export const CREATE = "/order/amzod/api/createOrder";
export const DETAIL = "/order/amzod/api/orderDetails/productInformation";
export const LIST = "/order/amzod/api/orderList";
export const CANCEL = "/order/amzod/api/cancelOrder";
export const STORES = "/erp/sc/data/seller/lists";

/** The document's own sample, its store, number and MSKU such as the simulator knows. */
export const lingxingOrder = (changes: Record<string, unknown> = {}): Record<string, unknown> => ({
  store_name: "demo-US",
  country: "美国",
  order_id: "1000796",
  is_blank_box: "否",
  is_block_amzl: "否",
  receiver: "jack",
  country_code: "US",
  region: "AL-Alabama",
  city: "Autaugaville",
  address1: "Autauga",
  address2: "Autauga",
  postcode: "36003",
  phone_number: "123456",
  buyers_mailbox: "123456@gmail.com",
  order_id_for_packing: "1802",
  date_for_packing: "2022-12-09",
  remark_for_packing: "Thank you for your order",
  delivery_operation: "保留订单",
  delivery_service: "标准配送",
  remark: "备注",
  item_list: [{ msku: "DEMO-1", quantity_shipped: 1, declared_value: 1.23, declared_currency: "USD" }],
  ...changes,
});

export interface Said {
  code: string | number;
  msg?: string;
  message?: string;
  error_details?: string[];
  data: unknown;
}
export interface Token {
  access_token: string;
  refresh_token: string;
  expires_in: number;
}

type Parameters = Record<string, unknown>;

/** As the vendor SDKs in Go and PHP: nested values as in the body. */
export function plainText(parameters: Parameters): string {
  return Object.entries(parameters)
    .filter(([, value]) => value !== "" && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join("&");
}

/** A Lingxing simulator of its own on a clock that only the test moves. */
export async function openLingxing(settings: Partial<LingxingSwitches & CommonSwitches> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12) };
  const sandbox = await startSandbox({ clock: () => clock.now, settings: { lingxing: settings } });
  const at = (path: string) => `${sandbox.url}/lingxing${path}`;
  const oauth = async (path: "access-token" | "refresh", fields: Record<string, string>) =>
    (await call(at(`/api/auth-server/oauth/${path}?${new URLSearchParams(fields)}`), { method: "POST" })).json as Said;
  const token = async (): Promise<Token> => (await oauth("access-token", APP)).data as Token;
  let known: string | undefined;
  const access = async (): Promise<string> => {
    known ??= (await token()).access_token;
    return known;
  };

  /** The four common parameters, in the URL's form. `changes` after signing. */
  async function query(business: Parameters, changes: Record<string, string | undefined> = {}): Promise<string> {
    const common = {
      access_token: changes["access_token"] ?? (await access()),
      app_key: APP.appId,
      timestamp: changes["timestamp"] ?? String(Math.floor(clock.now / 1000)),
    };
    const sign = signatureOf(plainText({ ...business, ...common }), APP.appId);
    const all = Object.entries({ ...common, sign, ...changes }).filter(([, value]) => value !== undefined);
    return all.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&");
  }
  const post = async (path: string, body: Parameters, changes: Record<string, string | undefined> = {}) =>
    call(`${at(path)}?${await query(body, changes)}`, { method: "POST", body });
  const said = async (path: string, body: Parameters, changes?: Record<string, string | undefined>) =>
    (await post(path, body, changes)).json as Said;
  return {
    sandbox,
    clock,
    at,
    oauth,
    token,
    query,
    post,
    said,
    /** Uses this token from now on. */
    use(accessToken: string) {
      known = accessToken;
    },
    get: async (path: string, business: Parameters = {}) => {
      const own = Object.entries(business).map(([key, value]) => `&${key}=${encodeURIComponent(String(value))}`);
      return (await call(`${at(path)}?${await query(business)}${own.join("")}`)).json as Said;
    },
    create: (changes: Parameters = {}, common?: Record<string, string | undefined>) =>
      said(CREATE, lingxingOrder(changes), common),
    orders: () => sandbox.orders("lingxing"),
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
