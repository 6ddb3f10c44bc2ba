import { randomUUID } from "node:crypto";
import type { HeldOrder } from "../../simulator.ts";
import type { S2Body, S2Item } from "./order-body.ts";
import { type Organization, timestamp, toAccount } from "./organization.ts";
import { toProduct } from "./products.ts";

export interface S2Held extends HeldOrder {
  readonly order: S2Order;
}
export type S2Order = ReturnType<typeof toOrder>;

interface Origin {
  organization: Organization;
  account: { id: string; name: string };
  skuOf: (productId: string) => string | undefined;
  /** ms */
  createdAt: number;
}

/** The order object in the create's answer: the request, with objects in place of IDs. */
export function toOrder(body: S2Body, items: readonly S2Item[], { organization, account, skuOf, createdAt }: Origin) {
  const at = timestamp(createdAt, Math.floor(Math.random() * 1000));
  return {
    id: randomUUID(),
    organization,
    account: toAccount(account, organization),
    accountSubChannel: null,
    channelOrderId: body.channelOrderId,
    channelOrderIdAlt: body.channelOrderIdAlt ?? null,
    channelOrderIdAlt2: body.channelOrderIdAlt2 ?? null,
    channelShippingMethod: body.channelShippingMethod,
    shippingAddress: body.shippingAddress,
    shippingOverrideAddress: null,
    billingAddress: body.billingAddress ?? null,
    meta: body.meta,
    channelOrderDate: body.channelOrderDate,
    // Only UNFULFILLED is documented; the status of a cancelled order is an assumption.
    status: "UNFULFILLED" as "UNFULFILLED" | "CANCELLED",
    assignStatus: "PENDING",
    archived: false,
    currencyId: body.currencyId,
    items: items.map(({ channelOrderItemId, productId, quantity, unitPrice, meta }) => ({
      channelOrderItemId,
      product: toProduct(skuOf(productId) ?? "", organization),
      quantity,
      unitPrice,
      meta,
    })),
    attachments: body.attachments.map((file) => ({ id: randomUUID(), ...file, createdAt: at, updatedAt: at })),
    fulfillments: [],
    createdAt: at,
    updatedAt: at,
    shipByDate: null,
    deliverByDate: null,
    customerNote: null,
  };
}

/** A row with the fields on the page of `GET /order`, without those that the page leaves out. */
export function toBriefRow(order: S2Order): Partial<S2Order> {
  const { meta, items, attachments, fulfillments, shipByDate, deliverByDate, customerNote, ...named } = order;
  return named;
}

/** A row that shows neither whose order it is nor what is in it. */
export function toNamelessRow(order: S2Order): Partial<S2Order> {
  const { account, channelOrderId, channelOrderIdAlt, channelOrderIdAlt2, ...named } = toBriefRow(order);
  return named;
}

/** `GET /order/{orderId}` has its own table, about fulfilment, with neither status nor channelOrderId. */
export const toFulfilmentView = (order: S2Order) => ({
  orderId: order.id,
  address: order.shippingAddress,
  warehouseId: null,
  shippingMethod: order.channelShippingMethod,
  items: order.items.map(({ product, quantity }) => ({ productId: product.id, quantity })),
  fulfillments: order.fulfillments,
  attachments: order.attachments.map(({ fileName, path }) => ({ fileName, path })),
  additionalReferenceIds: [order.channelOrderIdAlt, order.channelOrderIdAlt2].filter(Boolean),
});
