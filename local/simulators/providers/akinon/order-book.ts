import type { HeldOrder } from "../../simulator.ts";
import type { Row } from "./list.ts";
import { keyed } from "./list.ts";
import { type OrderBody, STATUSES, type StatusCode } from "./order-body.ts";
import type { AkinonSwitches } from "./switches.ts";

export interface AkinonItem {
  readonly pk: number;
  readonly body: OrderBody["order_item"][number];
  status: StatusCode;
}

export interface AkinonHeld extends HeldOrder {
  readonly pk: number;
  readonly body: OrderBody;
  readonly items: readonly AkinonItem[];
  status: StatusCode;
}

/** Counts up for good: keys stay unique when the orders are forgotten. */
export function createOrderBook(switches: Readonly<AkinonSwitches>) {
  const held: AkinonHeld[] = [];
  let nextOrder = 8_001;
  let nextItem = 90_001;

  const statusShown = (code: StatusCode) =>
    ({ code, name: STATUSES[code], labelled: { value: code, label: STATUSES[code] } })[switches.statusShape];
  const shown = (amount: string | null | undefined) => {
    if (amount == null) return null;
    return switches.money === "number" ? Number(amount) : Number(amount).toFixed(switches.decimalPlaces);
  };

  return {
    held,
    add(body: OrderBody, request: unknown, createdAt: number): AkinonHeld {
      const pk = nextOrder++;
      const items = body.order_item.map((item) => ({ pk: nextItem++, body: item, status: item.status ?? "200" }));
      const entry: AkinonHeld = {
        id: String(pk),
        reference: body.order.number,
        request,
        createdAt: new Date(createdAt).toISOString(),
        pk,
        body,
        items,
        status: body.order.status ?? "200",
      };
      held.push(entry);
      return entry;
    },
    byNumber: (number: string) => held.find(({ reference }) => reference === number),

    /** The document's response, which has no `pk`. @param withKey whether to add it */
    toRow({ pk, body: { order }, status, createdAt }: AkinonHeld, withKey = true): Row {
      const row = {
        ...order,
        status: statusShown(status),
        channel: order.channel ?? switches.channelId,
        amount: shown(order.amount),
        shipping_amount: shown(order.shipping_amount),
        shipping_tax_rate: shown(order.shipping_tax_rate),
        net_shipping_amount: shown(order.net_shipping_amount),
        discount_amount: shown(order.discount_amount),
        bin_number: null,
        installment: null,
        is_send: false,
        external_status: null,
        created_date: createdAt,
        modified_date: createdAt,
        cancellation_info: {},
        shipping_company: "yurtici",
        cancel_status: null,
        installment_free: true,
        first_refund_strategy: null,
      };
      return withKey ? keyed(pk, row, switches) : row;
    },

    itemRows: ({ pk: order, items }: AkinonHeld): Row[] =>
      items.map(({ pk, body, status }) => {
        const { quantity, ...item } = body;
        return keyed(
          pk,
          {
            ...item,
            order,
            status: statusShown(status),
            price: shown(item.price),
            unit_price: shown(item.unit_price),
            total_price: shown(item.total_price),
            ...(switches.itemQuantity === "kept" && { quantity: quantity ?? 1 }),
          },
          switches,
        );
      }),

    cancel(entry: AkinonHeld, items: readonly AkinonItem[] = entry.items): void {
      for (const item of items) item.status = "100";
      if (entry.items.some(({ status }) => status !== "100")) return;
      entry.status = "100";
      entry.cancelled = true;
    },
  };
}
