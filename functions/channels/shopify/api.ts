import * as z from "zod/mini";
import { Time } from "../../../shared/connector/loose-schema.ts";
import { MalformedEvent, Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { ChangedOrder, ChannelApi, ChannelClient } from "../channel.ts";
import { aboutFetched } from "./about-fetched.ts";
import { type Page, pageOf } from "./admin-order.ts";
import { type Ask, createAsk } from "./ask-admin.ts";
import type { Credentials, Secret } from "./index.ts";
import { mapOrder } from "./map-order.ts";
import { CHANGED, CHECK, ORDER_OF } from "./queries.ts";
import { readOrder } from "./read-order.ts";
import { restOf } from "./rest-of.ts";
import type { Settings } from "./settings.ts";

const FULFILMENT_ORDER = "gid://shopify/FulfillmentOrder/";
const MOST_PAGES = 1_000;

/**
 * One shop's orders: the GraphQL Admin API. https://shopify.dev/docs/api/admin-graphql
 *
 * The default version, 2026-10, is to be served until 2027-10-01: a version lives for 12 months.
 * https://shopify.dev/docs/api/usage/versioning
 */
export const api: ChannelApi<Secret, Settings, Credentials | undefined> = {
  open(account, tools): ChannelClient {
    const { settings, shop } = account;
    const ask = createAsk(account, tools);
    return {
      async order(id) {
        const gid = await orderGid(id, ask);
        const whole = gid && (await readOrder(gid, ask, settings));
        if (!whole) return "gone";
        const rest = restOf(whole, whole.hidden);
        return { order: mapOrder(rest, aboutFetched(whole, shop?.toLowerCase()), settings) };
      },
      changedSince: (time) => changedOrders(ask, time, settings),
      check: () => check(ask, settings),
    };
  },
};

/** @param id an order's number, or the ID of a fulfilment order, which events name instead */
async function orderGid(id: string, ask: Ask): Promise<string | undefined> {
  if (/^\d{1,20}$/.test(id)) return `gid://shopify/Order/${id}`;
  if (!id.startsWith(FULFILMENT_ORDER)) return undefined;
  const Answer = z.object({ fulfillmentOrder: z.nullable(z.object({ order: z.object({ id: z.string() }) })) });
  return (await ask(ORDER_OF, { id }, Answer)).data.fulfillmentOrder?.order.id;
}

const Row = z.object({
  legacyResourceId: z.string().check(z.regex(/^\d+$/)),
  updatedAt: Time,
  cancelledAt: z.nullable(Time),
  displayFinancialStatus: z.nullable(z.string()),
  displayFulfillmentStatus: z.nullable(z.string()),
});
const Rows = z.object({ orders: pageOf(Row) });
type Rows = Page<z.infer<typeof Row>>;

/** The cursor is of the last row's time and ID, so an order that changes meanwhile moves no other. */
async function* changedOrders(ask: Ask, time: string, { listOverlap }: Settings): AsyncGenerator<ChangedOrder> {
  const from = new Date(Date.parse(time) - listOverlap).toISOString().replace(/\.\d+Z$/, "Z");
  let after: string | null = null;
  for (let page = 1; page <= MOST_PAGES; page++) {
    const rows: Rows = await ask(CHANGED, { query: `updated_at:>='${from}'`, after }, Rows, page > 1).then(
      ({ data }) => data.orders,
    );
    for (const { legacyResourceId: id, updatedAt, ...states } of rows.nodes) {
      yield { id, changedAt: new Date(updatedAt).toISOString(), state: stateOf(states) };
    }
    const { hasNextPage, endCursor } = rows.pageInfo;
    if (!hasNextPage) return;
    if (!endCursor || endCursor === after)
      throw new MalformedEvent({ field: "orders.pageInfo.endCursor", problem: "does not turn the page" });
    after = endCursor;
  }
  throw new Unavailable(`Shopify lists more than ${MOST_PAGES} pages of changed orders.`);
}

const stateOf = (
  row: Pick<z.infer<typeof Row>, "cancelledAt" | "displayFinancialStatus" | "displayFulfillmentStatus">,
) =>
  [row.cancelledAt === null ? undefined : "CANCELLED", row.displayFinancialStatus, row.displayFulfillmentStatus]
    .filter(Boolean)
    .join(" ");

const Checked = z.object({
  currentAppInstallation: z.object({ accessScopes: z.array(z.object({ handle: z.string() })) }),
  orders: z.object({ nodes: z.array(z.unknown()) }),
});

/** @throws Misconfigured with what is missing, in one sentence each */
async function check(ask: Ask, { apiVersion, history, holds }: Settings): Promise<void> {
  const { data, hidden, version } = await ask(CHECK, {}, Checked);
  const granted = new Set(data.currentAppInstallation.accessScopes.map(({ handle }) => handle));
  const needed = [
    ...["read_orders", "read_customers", "read_products"],
    ...(history === "all" ? ["read_all_orders"] : []),
    ...(holds === "respected" ? ["read_merchant_managed_fulfillment_orders"] : []),
  ];
  const missing = needed.filter((scope) => !granted.has(scope) && !granted.has(scope.replace("read_", "write_")));
  if (missing.length > 0) {
    const old = missing.includes("read_all_orders")
      ? " Without read_all_orders, orders older than 60 days are gone."
      : "";
    throw new Misconfigured(`The token works, but lacks the scopes ${missing.join(", ")}.${old}`);
  }
  if (hidden.length > 0) {
    throw new Misconfigured(
      "The token works, but the app has no access to protected customer data: name, address, e-mail and phone are hidden.",
    );
  }
  if (version !== undefined && version !== apiVersion) {
    throw new Misconfigured(
      `Shopify no longer serves API version ${apiVersion} but ${/^[\w-]{1,20}$/.test(version) ? version : "another"}: change the setting apiVersion.`,
    );
  }
}
