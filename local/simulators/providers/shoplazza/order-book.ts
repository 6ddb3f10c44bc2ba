import { type Answer, json } from "../../simulator.ts";
import { checkCreate } from "./create-body.ts";
import type { Products } from "./products.ts";
import { amountsOf, referenceOf, type ShoplazzaHeld, type ShopOrder } from "./shop-order.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export const unprocessable = (...errors: string[]): Answer => json(422, { errors });

/** The orders of the shop, and their operations. */
export function createOrderBook(products: Products, switches: Readonly<ShoplazzaSwitches>, now: () => number) {
  const held: ShoplazzaHeld[] = [];
  let lastNumber = 0;

  /** @returns the order as it is stored, or the answer that refuses it */
  function read(body: unknown, arrivedAt: number): { order: ShopOrder } | { refused: Answer } {
    const checked = checkCreate(body, switches);
    if ("unreadable" in checked) return { refused: json(400, { errors: [checked.unreadable] }) };
    if ("unprocessable" in checked) return { refused: unprocessable(...checked.unprocessable) };
    const { request } = checked;
    const lines = request.items.flatMap(({ variant_id, product_id, quantity }) => {
      const variant = products.byId(variant_id);
      return variant?.product_id === product_id ? [{ variant, quantity, price: switches.unitPrice }] : [];
    });
    if (lines.length < request.items.length) {
      return { refused: unprocessable("Failed to create order line items", "record_not_found") };
    }
    const amounts = amountsOf(lines, request, switches);
    if (!amounts || (switches.currency !== undefined && request.texts["currency_code"] !== switches.currency)) {
      return { refused: unprocessable("create_order_calculate_failed", "order price calculate error") };
    }
    return { order: { ...newOrder(arrivedAt, request.texts), request, lines, amounts, tags: keptTags(request.tags) } };
  }

  function newOrder(arrivedAt: number, texts: Readonly<Record<string, string | undefined>>) {
    lastNumber += 1;
    const number = String(lastNumber).padStart(8, "0");
    const sentAt = switches.createdAt === "as-sent" ? Date.parse(texts["created_at"] ?? "") : Number.NaN;
    const createdAt = Number.isNaN(sentAt) ? arrivedAt : sentAt;
    const { order_status: status = "opened", financial_status: financialStatus = "waiting" } =
      switches.statuses === "as-sent" ? texts : {};
    const placed = financialStatus === "paid" ? { placedAt: arrivedAt } : {};
    const times = { createdAt, arrivedAt, updatedAt: createdAt, ...placed };
    return { id: `11218-${number}`, number, ...times, payments: 0, status, financialStatus };
  }

  function keptTags(tags: readonly string[]): string[] {
    if (switches.tags === "dropped") return [];
    return switches.tags === "lower-case" ? tags.map((tag) => tag.toLowerCase()) : [...tags];
  }

  function keep(order: ShopOrder, body: unknown): ShoplazzaHeld {
    const { id, request, arrivedAt } = order;
    const createdAt = new Date(arrivedAt).toISOString();
    const entry: ShoplazzaHeld = { id, reference: referenceOf(request), request: body, createdAt, order };
    held.push(entry);
    return entry;
  }

  function cancel(entry: ShoplazzaHeld, reason: string): ShoplazzaHeld {
    Object.assign(entry.order, { status: "cancelled", cancelledAt: now(), cancelReason: reason, updatedAt: now() });
    entry.cancelled = true;
    return entry;
  }

  return {
    held,
    /** Adds an order that arrived at that time. @returns the answer, if it refuses the order */
    add(body: unknown, arrivedAt: number, asSent = body): ShoplazzaHeld | { refused: Answer } {
      const result = read(body, arrivedAt);
      if ("refused" in result) return result;
      if (switches.answers === "created") return keep(result.order, asSent);
      const old = { createdAt: arrivedAt - YEAR_MS, arrivedAt: arrivedAt - YEAR_MS };
      return cancel(keep({ ...result.order, ...old }, asSent), "old");
    },
    byId: (id: string): ShoplazzaHeld | undefined => held.find(({ order }) => order.id === decodeURIComponent(id)),
    byNumber: (number: string): ShoplazzaHeld | undefined =>
      held.find(({ order }) => order.number === decodeURIComponent(number)),
    cancel,
    /** The answers for a paid or cancelled order are not documented. (ASSUME) @returns the answer, if it refuses */
    pay({ order }: ShoplazzaHeld): Answer | undefined {
      if (order.status === "cancelled") return unprocessable("order has been cancelled");
      if (order.financialStatus === "paid") return unprocessable("order has been paid");
      Object.assign(order, { financialStatus: "paid", status: "placed", placedAt: now(), updatedAt: now() });
      order.payments += 1;
      return undefined;
    },
  };
}
