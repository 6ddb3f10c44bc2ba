import type { ShoplazzaSwitches } from "../../../local/simulators/providers/shoplazza/switches.ts";
import { startSandbox } from "../../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../../local/simulators/simulator.ts";
import { call } from "../../support/sandbox-client.ts";

type Json = Record<string, unknown>;
export interface Row extends Json {
  id: string;
  number: string;
  tags?: string;
}

/** The document's own examples, with the fields of both columns. */
const body = {
  shipping_address: {
    first_name: "San",
    last_name: "Zhang",
    phone: "+86 150 1447 1143",
    email: "san@example.invalid",
    country: "United States",
    country_code: "US",
    province: "New Mexico",
    province_code: "NM",
    city: "San Jose",
    address: "1 Rue des Carrieres",
    address1: "Suite 1234",
    zip: "87036",
  },
  tags: ["ext:SHO1-1001", "vip"],
  note: "ext:SHO1-1001\nring twice",
  tax_total: "9.99",
  currency_code: "USD",
  discount: "10.00",
  shipping_line: { name: "Free Shipping", shipping_price: "10.00" },
  created_at: "2016-01-18T23:41:00Z",
  updated_at: "2016-01-18T23:41:00Z",
  order_status: "placed",
  financial_status: "paid",
};

/** A Shoplazza simulator of its own on a clock that only the test moves; one product looked up. */
export async function openShoplazza(settings: Partial<ShoplazzaSwitches & CommonSwitches> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12) };
  const sandbox = await startSandbox({ clock: () => clock.now, settings: { shoplazza: settings } });
  const headers = { "access-token": "spz-demo-token" };
  const get = (path: string, other: Record<string, string> = headers) =>
    call(`${sandbox.url}/shoplazza/openapi/${path}`, { headers: other });
  const post = (path: string, sent?: unknown) =>
    call(`${sandbox.url}/shoplazza/openapi/${path}`, { method: "POST", headers, body: sent });
  const variants = async (sku: string) =>
    ((await get(`2022-01/products/sku/${sku}/variants`)).json as { variants?: Json[]; data?: { variants: Json[] } })
      .variants ?? [];
  const [variant = {}] = await variants("DEMO-TEE");

  const order = (changes: Json = {}) => ({
    line_items: [{ product_id: variant["product_id"], variant_id: variant["id"], quantity: 2 }],
    ...body,
    ...changes,
  });
  return {
    sandbox,
    clock,
    get,
    post,
    variants,
    order,
    create: (sent: unknown = order()) => post("2022-01/orders", sent),
    async created(sent: unknown = order()) {
      return ((await post("2022-01/orders", sent)).json as { order: Row }).order;
    },
    async list(query = "") {
      return ((await get(`2022-01/orders?limit=250&${query}`)).json as { orders: Row[] }).orders;
    },
    async listByTag(query = "") {
      return (
        (await get(`2026-01/orders?${query}`)).json as {
          data: { orders: Row[]; cursor: string; has_more: boolean };
        }
      ).data;
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
