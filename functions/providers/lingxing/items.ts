import { wholeText } from "../../../shared/connector/fit-text.ts";
import { inPacks } from "../../../shared/connector/in-packs.ts";
import { skuOf } from "../../../shared/connector/sku-of.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { multiply, shortest } from "../../../shared/decimal.ts";
import { Rejected } from "../../../shared/errors.ts";
import { type Line, quantityToShip } from "../../../shared/order.ts";
import type { Account, Outgoing, SentLine } from "../provider.ts";
import { type Secret, type Settings, STORE_COUNTRIES } from "./settings.ts";

export interface Item {
  msku: string;
  quantity_shipped: number;
  /** Of one unit. */
  declared_value?: number;
  declared_currency?: string;
}

/** Amazon's, of `createFulfillmentOrder`: Lingxing names none, and finds out too late. */
const MAX_LINES = 100;
const MAX_UNITS = 250;

/** `item_list`, one item of each MSKU, and the same as the ledger keeps it. @throws Rejected */
export async function itemsOf(
  { lines, order }: Outgoing,
  account: Account<Settings, Secret>,
  tools: Tools,
): Promise<{ items: Item[]; lines: SentLine[] }> {
  const { destination, settings } = account;
  const items: Item[] = [];
  const sent: SentLine[] = [];
  for (const line of lines) {
    const sku = skuOf(line, destination);
    const entry = await tools.catalog(line.sku);
    const product = (entry?.providerSku ?? sku).trim();
    const msku = wholeText(product, settings.limits.msku, `SKU ${product}`, destination);
    const quantity = inPacks(quantityToShip(line), entry?.packSize, line.sku, destination);
    const declared = declaredValue(line, order.currency, entry?.packSize ?? 1, account);
    sent.push({ id: line.id, sku: line.sku, quantity, product: msku });
    const item: Item = { msku, quantity_shipped: quantity, ...declared };
    const same = items.find((one) => one.msku === msku);
    if (!same) items.push(item);
    else if (customsValueOf(same) === customsValueOf(item)) same.quantity_shipped += quantity;
    else throw twoValues(same, item, destination);
  }
  const units = items.reduce((sum, { quantity_shipped }) => sum + quantity_shipped, 0);
  if (items.length > MAX_LINES) throw tooMuch(items.length, "products", MAX_LINES, destination);
  if (units > MAX_UNITS) throw tooMuch(units, "units", MAX_UNITS, destination);
  return { items, lines: sent };
}

/** Amazon knows an item by its MSKU: one with two values would be two items of one number. */
const twoValues = (one: Item, other: Item, destination: string) =>
  new Rejected(
    `The order has MSKU ${one.msku} in several lines, with customs values ${customsValueOf(one)} and ${customsValueOf(other)}, and ${destination} takes one item of each MSKU: give these lines the same value.`,
  );

const customsValueOf = ({ declared_value: value, declared_currency: currency }: Item): string =>
  value === undefined ? "none" : `${value} ${currency}`;

const tooMuch = (count: number, what: string, max: number, destination: string) =>
  new Rejected(`The order has ${count} ${what}, and Amazon takes at most ${max} in one (${destination}): split it.`);

/** Optional, but for India, where Amazon wants it of every unit. Never guessed: customs take it at its word. */
function declaredValue(
  line: Line,
  currency: string,
  packSize: number,
  { destination, settings }: Account<Settings, Secret>,
): Pick<Required<Item>, "declared_value" | "declared_currency"> | undefined {
  const needed = settings.store.country === STORE_COUNTRIES.IN;
  const byPrice = needed && settings.declaredValue === "or-unit-price" ? line.unitPrice : undefined;
  const amount = line.customsValue ?? byPrice;
  if (amount === undefined) {
    if (!needed) return undefined;
    throw new Rejected(
      `The order has no customs value for SKU ${line.sku}, which ${destination} requires in India: add it to the order, or set settings.declaredValue of that destination to "or-unit-price".`,
    );
  }
  const text = shortest(multiply(amount, String(packSize)));
  const declared_value = Number(text);
  // The number is signed as it is printed; one that a float cannot hold would be another amount.
  if (String(declared_value) !== text) {
    throw new Rejected(`The customs value ${text} of SKU ${line.sku} has more digits than ${destination} takes.`);
  }
  const ofCustoms = line.customsValue === undefined ? undefined : line.customsCurrency;
  return { declared_value, declared_currency: ofCustoms ?? currency };
}
