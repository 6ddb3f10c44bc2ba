import type { Line, Order, Shipping } from "../order.ts";
import type { Config, ReadAs } from "./config.ts";

/**
 * An order as its connection's settings read it: service level and way of shipping by method or tag, lines that are not
 * goods, and lines of fulfilment services that are ours. It is applied whenever an order is routed or sent, not when it
 * is stored: a setting that was added after an order was rejected counts for its redrive.
 */
export function asConfigured(order: Order, settings: ReadAs): Order {
  const shipping = shippingOf(order, settings);
  const lines = order.lines.map((line) => configuredLine(line, settings));
  return { ...order, lines, ...(shipping && { shipping }) };
}

/** A stored order as its connection's settings read it now; as it is where the stage no longer has that connection. */
export function asConfiguredIn(
  { connections }: Pick<Config, "connections">,
  { channel, connection }: { channel: string; connection: string },
  order: Order,
): Order {
  const its = connections.find((one) => one.channel === channel && one.name === connection);
  return its ? asConfigured(order, its) : order;
}

/** Longest list of settings or services in a sentence: it goes into the trace. */
const LONGEST_LIST = 150;

/**
 * Says which lines of an order are not ours to send: "left out: 1 line that notGoods lists (TIP-*)". It quotes settings
 * and services, never the order's own texts: the trace is kept for longer than the order's body.
 */
export function leftOut({ lines }: Order, settings: ReadAs): string | undefined {
  const patterns = lines.flatMap((line) => notGoodsAs(line, settings) ?? []);
  const services = lines.flatMap((line) => configuredLine(line, settings).fulfilledBy ?? []);
  const parts = [
    ...(patterns.length > 0 ? [`${linesIn(patterns)} that notGoods lists (${listOf(patterns)})`] : []),
    ...(services.length > 0 ? [`${linesIn(services)} that other services fulfil (${listOf(services)})`] : []),
  ];
  return parts.length > 0 ? `left out: ${parts.join(", ")}` : undefined;
}

const linesIn = ({ length }: readonly string[]): string => `${length} line${length === 1 ? "" : "s"}`;
const listOf = (names: readonly string[]): string => [...new Set(names)].join(", ").slice(0, LONGEST_LIST);

/** The entry of the setting that says that a line is not goods: by its SKU, or by its title. */
const notGoodsAs = ({ sku, title }: Line, { notGoods = [] }: ReadAs): string | undefined =>
  notGoods.find((pattern) => [sku, title].some((name) => name !== undefined && matches(pattern, name)));

function shippingOf({ shipping, tags }: Order, { serviceLevels, shippingKinds }: ReadAs): Shipping | undefined {
  const methods = [shipping?.method, shipping?.code].flatMap((name) => name ?? []);
  const level = entryFor(serviceLevels, methods);
  // Nothing travels of a digital order, by whatever method.
  const kind = shipping?.kind === "digital" ? undefined : entryFor(shippingKinds, [...methods, ...(tags ?? [])]);
  if (level === undefined && kind === undefined) return shipping;
  return { ...shipping, ...(level && { serviceLevel: level }), ...(kind && { kind }) };
}

function configuredLine(line: Line, settings: ReadAs): Line {
  const { fulfilledBy, ...ours } = line;
  const isOurs =
    fulfilledBy !== undefined && settings.fulfilmentServices?.some((service) => matches(service, fulfilledBy));
  const configured = isOurs ? ours : line;
  return notGoodsAs(line, settings) === undefined ? configured : { ...configured, ships: false };
}

/** Of the first entry whose key matches one of the names. */
function entryFor<T>(entries: Record<string, T> | undefined, names: readonly string[]): T | undefined {
  return Object.entries(entries ?? {}).find(([pattern]) => names.some((name) => matches(pattern, name)))?.[1];
}

/** In any case, without spaces at the ends; `*` matches any text. */
export function matches(pattern: string, text: string): boolean {
  const [first = "", ...rest] = plain(pattern).split("*");
  let left = plain(text);
  const last = rest.pop();
  if (last === undefined) return left === first;
  if (!left.startsWith(first)) return false;
  left = left.slice(first.length);
  for (const part of rest) {
    const at = left.indexOf(part);
    if (at < 0) return false;
    left = left.slice(at + part.length);
  }
  return left.endsWith(last);
}

const plain = (text: string): string => text.normalize("NFC").trim().toLowerCase();
