import { type Answer, json, readJson, type SimulatorRequest } from "../../simulator.ts";
import { check, detail, invalid, isRecord, nonFieldErrors, noSuchKey, taken } from "./answers.ts";
import { cargosOf, PAYMENT_OPTIONS, PRICE_LIST, STOCK_LIST } from "./channel-rows.ts";
import { list } from "./list.ts";
import { bodySchema, type OrderBody } from "./order-body.ts";
import type { AkinonHeld, createOrderBook } from "./order-book.ts";
import type { createPeople } from "./people.ts";
import type { createProducts } from "./products.ts";
import { wrongSum } from "./sums.ts";
import type { AkinonSwitches } from "./switches.ts";

const YEAR_MS = 365 * 24 * 60 * 60 * 1000;

export interface OrdersParts {
  readonly switches: Readonly<AkinonSwitches>;
  readonly people: ReturnType<typeof createPeople>;
  readonly products: ReturnType<typeof createProducts>;
  readonly book: ReturnType<typeof createOrderBook>;
  now(): number;
}

/** `create_orders/`, `orders/` and `order_items/` of the channel. */
export function createOrders({ switches, people, products, book, now }: OrdersParts) {
  /** References of the order to objects that do not exist, by field. */
  function unknownOf({ order }: OrderBody, related: boolean): Record<string, unknown> {
    const errors: Record<string, unknown> = {};
    const need = (name: string, key: number | null | undefined, exists: boolean) => {
      if (key != null && !exists) errors[name] = noSuchKey(key);
    };
    if (related) {
      need("customer", order.customer, people.hasCustomer(order.customer));
      need("shipping_address", order.shipping_address, people.hasAddress(order.shipping_address));
      need("billing_address", order.billing_address, people.hasAddress(order.billing_address));
    }
    const is = (key: number | null | undefined) => (row: { pk: number }) => row.pk === key;
    need("cargo_company", order.cargo_company, cargosOf(switches).some(is(order.cargo_company)));
    need("payment_option", order.payment_option, PAYMENT_OPTIONS.some(is(order.payment_option)));
    if (switches.channelMustMatch) need("channel", order.channel, order.channel === switches.channelId);
    return errors;
  }

  const unknownOfItem = ({ product, price_list, stock_list }: OrderBody["order_item"][number]) => ({
    ...(!products.has(product) && { product: noSuchKey(product) }),
    ...(price_list != null && price_list !== PRICE_LIST && { price_list: noSuchKey(price_list) }),
    ...(stock_list != null && stock_list !== STOCK_LIST && { stock_list: noSuchKey(stock_list) }),
  });

  /**
   * @param related whether customer and addresses must belong to this channel
   * @returns the body as it is stored, or the answer that refuses it
   */
  function read(request: unknown, related: boolean): { body: OrderBody } | { refused: Answer } {
    const checked = check(bodySchema(switches), request);
    if (!checked.ok) return { refused: invalid(checked.errors) };
    const order = unknownOf(checked.body, related);
    if (Object.keys(order).length > 0) return { refused: invalid({ order }) };
    const order_item = checked.body.order_item.map(unknownOfItem);
    if (order_item.some((each) => Object.keys(each).length > 0)) return { refused: invalid({ order_item }) };
    const wrong = switches.sums === "checked" ? wrongSum(checked.body) : undefined;
    if (wrong !== undefined) return { refused: invalid(nonFieldErrors(wrong, switches)) };
    return { body: checked.body };
  }

  function create(request: unknown): Answer {
    const result = read(request, true);
    if ("refused" in result) return result.refused;
    const { body } = result;
    const there = book.byNumber(body.order.number);
    const complaint = { errors: ["The buyer could not be informed: the phone number is not a mobile one."] };
    const created = (entry: AkinonHeld) =>
      json(switches.successStatus, {
        ...book.toRow(entry, switches.createdKey),
        ...(switches.complaints && complaint),
      });
    if (switches.duplicates === "answer-cancelled") {
      const old = there ?? book.add(body, request, now() - YEAR_MS);
      book.cancel(old);
      return created(old);
    }
    if (there && switches.duplicates !== "accept") return taken(body.order.number, switches);
    return created(book.add(body, request, now()));
  }

  return {
    create,
    read,

    orders({ query }: SimulatorRequest): Answer {
      const number = switches.numberFilter ? query.get("number") : null;
      const ids = query.get("id__in")?.split(",");
      const found = book.held.filter(
        ({ reference, id }) => (number === null || reference === number) && (ids === undefined || ids.includes(id)),
      );
      const rows = found.map((entry) => {
        const { number: _, ...brief } = book.toRow(entry);
        return switches.orderRows === "brief" ? brief : book.toRow(entry);
      });
      return list(rows, query, switches);
    },

    orderItems({ query }: SimulatorRequest): Answer {
      const order = query.get("order");
      const found = book.held.filter(({ id }) => order === null || id === order);
      return list(found.flatMap(book.itemRows), query, switches);
    },

    /** `{cancel_items: [pk …], order, reasons}`; without items the whole order. */
    cancel(request: SimulatorRequest, orderId = ""): Answer {
      const body = readJson(request);
      const entry = book.held.find(({ id }) => id === orderId);
      if (!entry) return detail(404, "Not found.");
      const wanted =
        isRecord(body) && Array.isArray(body["cancel_items"]) ? body["cancel_items"].map(Number) : undefined;
      book.cancel(entry, wanted && entry.items.filter(({ pk }) => wanted.includes(pk)));
      return json(200, book.toRow(entry));
    },
  };
}
