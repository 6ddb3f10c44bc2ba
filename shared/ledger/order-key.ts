import { type Identity, identityText } from "../identity.ts";
import type { Key } from "./table.ts";

/** The partition of an order: its record, body and deliveries, read in one query. */
export const orderPk = (identity: Identity): string => `order#${identityText(identity)}`;

/** Key of the order's record. An alias has the same key, so that only one of the two can exist (alias.ts). */
export const orderKey = (identity: Identity): Key => ({ pk: orderPk(identity), sk: "order" });

export const bodyKey = (identity: Identity): Key => ({ pk: orderPk(identity), sk: "body" });

type DeliveryIdentity = Identity & { destination: string; generation: number };

/** @param delivery its destination is a path: `kakaclo/demo` */
export const deliveryKey = (delivery: DeliveryIdentity): Key => keyOf("delivery", delivery);

/** Key of what a connector last reported of the delivery (error-text.ts). */
export const errorTextKey = (delivery: DeliveryIdentity): Key => keyOf("error", delivery);

const keyOf = (kind: "delivery" | "error", { destination, generation, ...identity }: DeliveryIdentity): Key => ({
  pk: orderPk(identity),
  sk: `${kind}#${destination}#${generation}`,
});
