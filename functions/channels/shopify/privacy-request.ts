import * as z from "zod/mini";
import { Id, list, maybe } from "../../../shared/connector/loose-schema.ts";
import { malformed } from "../../../shared/connector/malformed.ts";
import { readJson } from "../../../shared/connector/read-json.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import type { ErasureSubject, Meaning } from "../channel.ts";

const OfShop = { shop_id: Id, shop_domain: z.string().check(z.minLength(1)) };
const Customer = maybe(z.object({ id: maybe(Id) }));

/**
 * The bodies of the privacy topics. https://shopify.dev/docs/apps/build/compliance/privacy-law-compliance
 * The signature covers the body alone: a holder of any signed body can send it under another topic. So each body must
 * have what only this topic has, and a shop's nothing else: an order names no `orders_to_redact`, a request about one
 * buyer has more than the shop.
 */
const BODIES = {
  "customers/redact": z.object({ ...OfShop, customer: Customer, orders_to_redact: z.nullable(z.array(Id)) }),
  "customers/data_request": z.object({
    ...OfShop,
    customer: Customer,
    orders_requested: list(Id),
    data_request: z.object({ id: Id }),
  }),
  "shop/redact": z.strictObject(OfShop),
};

export interface PrivacyRequest {
  meaning: Meaning;
  /** `a.myshopify.com`, as the signed body names it. */
  shop: string;
}

/** @returns undefined for any other topic @throws MalformedEvent where the body is not of the topic's shape */
export function privacyRequest(topic: string, body: Uint8Array): PrivacyRequest | undefined {
  switch (topic) {
    case "customers/redact": {
      const { customer, orders_to_redact: orders, shop_domain: shop } = parse(BODIES[topic], body);
      return { shop, meaning: { kind: "erase", subject: subjectOf(orders ?? [], customer?.id) } };
    }
    case "customers/data_request": {
      const { customer, orders_requested: orders, shop_domain: shop } = parse(BODIES[topic], body);
      return { shop, meaning: { kind: "export", subject: subjectOf(orders, customer?.id) } };
    }
    case "shop/redact":
      return { shop: parse(BODIES[topic], body).shop_domain, meaning: { kind: "erase", subject: "shop" } };
    default:
      return undefined;
  }
}

function parse<Body>(schema: z.ZodMiniType<Body>, body: Uint8Array): Body {
  const parsed = z.safeParse(schema, readJson(body));
  if (!parsed.success) throw malformed(parsed.error);
  return parsed.data;
}

/** The orders that Shopify names, or all of the buyer's data if it names none. */
function subjectOf(orderIds: readonly string[], buyerId: string | null | undefined): ErasureSubject {
  if (orderIds.length > 0) return { orderIds };
  if (!buyerId) throw new MalformedEvent({ field: "customer.id", problem: "is missing or wrong" });
  return { buyerId };
}

/** A signed body of another shop's is no request about this one. @param own the connection's shop, if it names one */
export function requireOwnShop(named: string, own: string | undefined): void {
  if (own !== undefined && named.trim().toLowerCase() !== own.toLowerCase()) {
    throw new MalformedEvent({ field: "shop_domain", problem: "names another shop" });
  }
}
