import * as z from "zod/mini";
import type { Identity } from "../identity.ts";
import type { Item } from "./table.ts";

/** An order or a delivery in the work list: its keys, and what the index projects. */
export interface WorkEntry {
  identity: Identity;
  /** Of a delivery; undefined for an order. */
  destination: string | undefined;
  /** When to look at it, or since when it has been in its list; UTC ISO 8601. */
  workAt: string;
  /** Of an order: the number the buyer sees, a hash of the buyer, and when it was first seen. */
  number: string | undefined;
  buyer: string | undefined;
  firstSeenAt: string | undefined;
}

const Projected = z.object({
  pk: z.string(),
  sk: z.string(),
  workAt: z.string(),
  number: z.optional(z.string()),
  buyer: z.optional(z.string()),
  firstSeenAt: z.optional(z.string()),
});

/** @param item of the index */
export function toWorkEntry(item: Item): WorkEntry {
  const { pk, sk, workAt, number, buyer, firstSeenAt } = z.parse(Projected, item);
  const destination = /^delivery#([^#]+)#/.exec(sk)?.[1];
  return { identity: identityOf(pk), destination, workAt, number, buyer, firstSeenAt };
}

/** Channel and connection are names without `/` and `#`; an order ID may be anything. */
function identityOf(pk: string): Identity {
  const [, channel = "", connection = "", orderId = ""] = /^order#([^/]+)\/([^#]+)#([\s\S]*)$/.exec(pk) ?? [];
  return { channel, connection, orderId };
}
