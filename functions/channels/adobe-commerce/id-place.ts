/** Which field of an event's value has the order's ID, or why the event is ignored. */
type IdPlace = { field: string; isDeletion: boolean } | { ignored: string };

/** Of the order itself. https://developer.adobe.com/commerce/extensibility/events/events-reference/ */
const OF_ORDER =
  /^(?:(?:sales_order_(?:save|place|delete)|order_cancel|checkout_submit_all)_(?:commit_)?after|magento\.sales\.api\.order_repository\.save)$/;
/** Of a part of it; `entity_id` is then the part's own. */
const OF_PART =
  /^sales_order_(?:(shipment|shipment_track|invoice|creditmemo|item)|address|payment|status_history)_(?:save|delete)_(?:commit_)?after$/;

/**
 * @param topic `com.adobe.commerce.observer.sales_order_save_commit_after`
 * @param orderEvents names of the shop's own events
 */
export function idPlace(topic: string, orderEvents: readonly string[]): IdPlace {
  const name = /(?:^|\.)(?:observer|plugin)\.(.+)$/.exec(topic)?.[1] ?? topic;
  if (orderEvents.includes(name) || orderEvents.includes(topic) || OF_ORDER.test(name)) {
    return { field: "entity_id", isDeletion: name.startsWith("sales_order_delete") };
  }
  const part = OF_PART.exec(name);
  if (part) return { field: part[1] === undefined ? "parent_id" : "order_id", isDeletion: false };
  if (/^sales_order.*_before$/.test(name)) return { ignored: "it is sent before the order is stored" };
  if (/^customer_(?:address_)?delete/.test(name)) return { ignored: "a customer's account; Commerce keeps its orders" };
  return { ignored: "an event that is not about orders" };
}
