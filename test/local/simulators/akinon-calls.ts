import type { AkinonSwitches } from "../../../local/simulators/providers/akinon/switches.ts";
import { startSandbox } from "../../../local/simulators/sandbox.ts";
import type { CommonSwitches } from "../../../local/simulators/simulator.ts";
import { type Came, call } from "../../support/sandbox-client.ts";
import sample from "./fixtures/akinon-create-sample.json" with { type: "json" };

export const credentials = { username: "relay@akinon-demo.invalid", password: "akinon-demo-password" };

export type Row = Record<string, unknown>;

/** Rows of a list, with or without its envelope. */
export const rowsOf = ({ json }: Came): Row[] =>
  Array.isArray(json) ? json : ((json as { results?: Row[] } | undefined)?.results ?? []);

/** An Omnitron simulator of its own on a clock that only the test moves; logged in, with a customer and an address. */
export async function openAkinon(settings: Partial<AkinonSwitches & CommonSwitches> = {}) {
  const clock = { now: Date.UTC(2026, 8, 1, 12) };
  const sandbox = await startSandbox({ clock: () => clock.now, settings: { akinon: settings } });
  const base = `${sandbox.url}/akinon/api/v1/`;
  const login = (body: unknown = credentials) => call(`${base}auth/login/`, { body });
  const { key } = (await login()).json as { key: string };
  const headers = { authorization: settings.authorization === "plain" ? key : `Token ${key}` };
  const get = (path: string, other: Record<string, string> = headers) =>
    call(`${base}channel/5/${path}`, { headers: other });
  const post = (path: string, body: unknown, other: Record<string, string> = headers) =>
    call(`${base}channel/5/${path}`, { method: "POST", headers: other, body });
  const keyName = settings.keyField ?? "pk";
  const keyOf = (row: Row | undefined) => Number(row?.[keyName]);
  const first = async (path: string) => keyOf(rowsOf(await get(path))[0]);

  const country = await first(`countries/?code__exact=${settings.countryCodes === "upper" ? "FR" : "fr"}`);
  const city = await first(`cities/?name__iexact=Orl%C3%A9ans&country=${country}`);
  const customer = { email: "zoe@example.invalid", is_active: true, channel_code: "or-1", channel: 5 };
  const customerKey = keyOf((await post("customers/", customer)).json as Row);
  const address = { phone_number: "07 82 24 67 93", line: "7 rue Rabelais", country, city, customer: customerKey };
  const addressKey = keyOf((await post("addresses/", address)).json as Row);
  const product = await first("products/?sku=DEMO-TEE");

  /** The document's own sample, with keys that the simulator handed out and without its harmful filler. */
  const order = (changes: Row = {}, itemChanges: Row = {}) => ({
    order: {
      ...sample.order,
      channel: 5,
      customer: customerKey,
      shipping_address: addressKey,
      billing_address: addressKey,
      ...{ status: "approved", refund_amount: 0, discount_refund_amount: 0, shipping_refund_amount: 0 },
      ...changes,
    },
    order_item: sample.order_item.map((item) => ({ ...item, product, price_list: 21, stock_list: 31, ...itemChanges })),
  });
  return {
    sandbox,
    clock,
    base,
    headers,
    login,
    get,
    post,
    order,
    customer,
    address,
    keyOf,
    create: (body: unknown = order()) => post("create_orders/", body),
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
