/** The address of an order's page. @param order `shopify/main/820982911946154508`; the ID may be anything */
export function orderHref(order: string): string {
  const [channel = "", connection = "", ...id] = order.split("/");
  return `/console/orders/${[channel, connection, id.join("/")].map(encodeURIComponent).join("/")}`;
}
