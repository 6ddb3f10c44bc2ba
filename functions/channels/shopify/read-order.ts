import * as z from "zod/mini";
import { MalformedEvent, Unavailable } from "../../../shared/errors.ts";
import {
  AdminLine,
  AdminOrder,
  AdminShippingLine,
  FulfilmentIds,
  FulfilmentLine,
  FulfilmentOrder,
  LocalizedField,
  numberOf,
  type Page,
  pageOf,
  RefundIds,
  RefundLine,
  type WholeOrder,
} from "./admin-order.ts";
import type { Ask } from "./ask-admin.ts";
import { FEW, FULFILMENT, MORE, MOST, ORDER, REFUND } from "./queries.ts";
import type { Settings } from "./settings.ts";

/** An order that changes while its pages are read is read again, so often. */
const MOST_READINGS = 3;
/** Pages of one list; an order has 500 lines at most. */
const MOST_PAGES = 1_000;

/** The order changed after its first page was read: its pages are of two states. */
class Changed extends Error {}

/**
 * Reads an order with all pages of all its parts, in one state of it.
 * @param gid `gid://shopify/Order/1`
 * @returns undefined if the API has no such order
 */
export async function readOrder(
  gid: string,
  ask: Ask,
  settings: Settings,
): Promise<(WholeOrder & { hidden: readonly string[] }) | undefined> {
  for (let reading = 1; reading <= MOST_READINGS; reading++) {
    try {
      return await readOnce(gid, ask, settings, reading > 1);
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
    }
  }
  throw new Unavailable("The order changed each time its pages were read.");
}

async function readOnce(gid: string, ask: Ask, { pageSize, holds }: Settings, patient: boolean) {
  const schema = z.object({ order: z.nullable(AdminOrder) });
  const { data, hidden } = await ask(ORDER, { id: gid, lines: pageSize }, schema, patient);
  const { order } = data;
  if (!order) return undefined;
  if (order.id !== numberOf(gid)) throw new MalformedEvent({ field: "order.id", problem: "is not that asked for" });

  /** A part of the same order, in the same state. */
  async function part<T>(query: string, variables: object, name: string, of: z.ZodMiniType<T>): Promise<T> {
    const Part = z.object({ order: z.nullable(z.object({ updatedAt: z.string(), [name]: z.unknown() })) });
    const found = (await ask(query, { id: gid, ...variables }, Part, true)).data.order;
    if (found?.updatedAt !== order?.updatedAt) throw new Changed();
    const parsed = z.safeParse(of, found?.[name]);
    if (parsed.success) return parsed.data;
    throw new MalformedEvent({ field: `order.${name}`, problem: "is missing or wrong" });
  }
  const allOf = <T extends z.ZodMiniType>(name: keyof typeof MORE, node: T, first?: Page<z.infer<T>>, more = {}) =>
    allPages(`order.${name}`, first, (after) => part(MORE[name], { after, ...more }, name, pageOf(node)));

  const lines = await allOf("lineItems", AdminLine, order.lineItems, { lines: pageSize });
  const shippingLines = await allOf("shippingLines", AdminShippingLine, order.shippingLines);
  const localizedFields = await allOf("localizedFields", LocalizedField, order.localizedFields);
  const refunds = await whole("refunds", order.refunds, () => part(MORE.refunds, {}, "refunds", RefundIds));
  const fulfilments = await whole("fulfillments", order.fulfillments, () =>
    part(MORE.fulfillments, {}, "fulfillments", FulfilmentIds),
  );
  return {
    order,
    hidden,
    lines,
    shippingLines,
    localizedFields,
    refundLines: (await each(refunds, ({ id }) => ownLines(ask, REFUND, id, "refund", RefundLine))).flat(),
    fulfilments: await each(fulfilments, async ({ id, status }) => ({
      status: status?.toLowerCase(),
      lines: await ownLines(ask, FULFILMENT, id, "fulfillment", FulfilmentLine),
    })),
    fulfilmentOrders: holds === "respected" ? await allOf("fulfillmentOrders", FulfilmentOrder) : undefined,
  };
}

/** @param first undefined if it is still to be read */
async function allPages<T>(
  name: string,
  first: Page<T> | undefined,
  more: (after: string | null) => Promise<Page<T>>,
): Promise<T[]> {
  let page = first ?? (await more(null));
  const nodes = [...page.nodes];
  let after: string | undefined;
  for (let turned = 0; page.pageInfo.hasNextPage; turned++) {
    const { endCursor } = page.pageInfo;
    // A cursor that is missing, or that comes again, would list the same page for ever.
    if (!endCursor || endCursor === after || turned === MOST_PAGES)
      throw new MalformedEvent({ field: `${name}.pageInfo.endCursor`, problem: "does not turn the page" });
    after = endCursor;
    page = await more(after);
    nodes.push(...page.nodes);
  }
  return nodes;
}

/** A list without a cursor: one that is as long as it was asked for may be longer. @throws MalformedEvent if it is */
async function whole<T>(name: string, few: T[], most: () => Promise<T[]>): Promise<T[]> {
  if (few.length < FEW) return few;
  const all = await most();
  if (all.length < MOST) return all;
  throw new MalformedEvent({ field: `order.${name}`, problem: `has ${MOST} entries or more` });
}

/** One after another: they share the shop's points. */
async function each<T, R>(all: readonly T[], read: (one: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const one of all) results.push(await read(one));
  return results;
}

/** The lines of a refund or a fulfilment, all pages. */
async function ownLines<T extends z.ZodMiniType>(
  ask: Ask,
  query: string,
  id: string,
  root: "refund" | "fulfillment",
  line: T,
): Promise<z.infer<T>[]> {
  const list = root === "refund" ? "refundLineItems" : "fulfillmentLineItems";
  const Answer = z.object({ [root]: z.nullable(z.object({ [list]: pageOf(line) })) });
  return allPages<z.infer<T>>(list, undefined, async (after) => {
    const found = (await ask(query, { id, after }, Answer, true)).data[root]?.[list];
    // The order has just named it.
    if (!found) throw new Changed();
    return found;
  });
}
