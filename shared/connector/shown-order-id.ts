/** Fields that are named for an order's ID, in any spelling: `orderId`, `order_pk`, `kkOrderIds`. */
const NAMED = /order(id|no|number|pk|key|sn)s?$/;
/** Those that have our own number for it. */
const OURS = /^(custom|channel|seller|merchant|client|external|ext|third|shop|out)/;
/** Where an answer shows an order, so that its `id` is the order's. */
const HOLDERS: ReadonlySet<string> = new Set(["data", "order", "orders", "result"]);
/** A sentence about a field has spaces, and the text of a field without a value has no digit. */
const ID = /^(?=.*\d)(?!0+$)[A-Za-z0-9_-]{1,64}$/;

/**
 * The ID of an order that an answer shows in any field: `{"data":{"orderId":7}}`, `{"order":{"id":"7"}}`,
 * `{"result":[{"pk":7}]}`. Whatever else such an answer says, that order may be there.
 * @param body as parsed
 */
export function shownOrderId(body: unknown, holder = ""): string | undefined {
  if (typeof body !== "object" || body === null) return undefined;
  if (Array.isArray(body)) return first(body, (each) => shownOrderId(each, holder));
  return first(Object.entries(body), ([key, value]) => {
    const name = key.toLowerCase().replace(/[^a-z]/g, "");
    const isId = (NAMED.test(name) && !OURS.test(name)) || (HOLDERS.has(holder) && /^(id|pk)$/.test(name));
    const ids = isId ? [value].flat().filter((id) => typeof id === "string" || typeof id === "number") : [];
    return first(ids, (id) => (ID.test(String(id)) ? String(id) : undefined)) ?? shownOrderId(value, name);
  });
}

function first<From, To>(all: readonly From[], of: (one: From) => To | undefined): To | undefined {
  for (const one of all) {
    const found = of(one);
    if (found !== undefined) return found;
  }
  return undefined;
}
