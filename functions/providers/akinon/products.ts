import { inPacks } from "../../../shared/connector/in-packs.ts";
import { noSku } from "../../../shared/connector/sku-of.ts";
import type { CatalogEntry, Tools } from "../../../shared/connector/tools.ts";
import { Rejected } from "../../../shared/errors.ts";
import { type Line, quantityToShip } from "../../../shared/order.ts";
import type { Context } from "./context.ts";
import { IntegrationAction, keyOf, Pk, Product } from "./rows.ts";

/** A line as Omnitron knows it. */
export interface KnownLine {
  line: Line;
  /** Key of the product. */
  product: string;
  /** Pieces of ours in one of theirs. */
  packSize: number;
  /** In Omnitron's units. */
  quantity: number;
}

/** As many remote IDs a call as the vendor's app asks for. */
const CHUNK = 50;

/** A line as Omnitron is asked for its product. */
interface Asked {
  line: Line;
  packSize: number;
  quantity: number;
  sku: string;
  remoteId: string | undefined;
  /** The operator's own mapping. */
  mapped: string | undefined;
}

/** Keys of products, by `nameOf`, of as many of these lines as it finds. */
type Source = (asked: readonly Asked[]) => Promise<ReadonlyMap<string, string>>;

/**
 * Every line's product: by the operator's catalog, by the channel's remote ID, by SKU.
 * @throws Rejected naming the first SKU that Omnitron does not know
 */
export async function productsOf(
  lines: readonly Line[],
  tools: Pick<Tools, "catalog">,
  context: Context,
): Promise<KnownLine[]> {
  const { account } = context;
  const entries = await Promise.all(lines.map(({ sku }) => (sku.trim() ? tools.catalog(sku) : undefined)));
  const asked = lines.map((line, index) => askedOf(line, entries[index] ?? {}, account));

  // Each source is asked once, for all that the sources before it did not find.
  const found = new Map<string, string>();
  for (const source of sourcesOf(context)) {
    const open = asked.filter((one) => one.mapped === undefined && !found.has(nameOf(one)));
    const distinct = [...new Map(open.map((one) => [nameOf(one), one])).values()];
    for (const [name, key] of await source(distinct)) found.set(name, key);
  }

  return asked.map((one) => {
    const { line, packSize, quantity, mapped } = one;
    const product = mapped ?? found.get(nameOf(one));
    if (product !== undefined) return { line, packSize, quantity, product };
    if (!line.sku.trim()) throw noSku(line, account.destination);
    throw new Rejected(
      `SKU ${line.sku} is no product of Omnitron's that ${account.destination} finds: add it there, or map it with npm run catalog.`,
    );
  });
}

function askedOf(line: Line, entry: CatalogEntry, { destination, settings }: Context["account"]): Asked {
  const sku = entry.providerSku ?? line.sku.trim();
  return {
    line,
    packSize: entry.packSize ?? 1,
    quantity: inPacks(quantityToShip(line), entry.packSize, line.sku, destination),
    sku,
    remoteId: entry.providerSku ?? (settings.remoteId === "sku" ? sku : line[settings.remoteId]),
    mapped: entry.productId === undefined ? undefined : mappedKey(entry.productId, line, destination),
  };
}

function mappedKey(productId: string, { sku }: Line, destination: string): string {
  const key = Pk.safeParse(productId);
  if (key.success) return key.data;
  throw new Rejected(
    `The catalog of ${destination} has the product ID "${productId}" for SKU ${sku}, and Omnitron's are whole numbers.`,
  );
}

const nameOf = ({ sku, remoteId }: Pick<Asked, "sku" | "remoteId">): string => JSON.stringify([remoteId, sku]);

/** Where products are looked up, in this order; what the later ones find is remembered for the next orders. */
function sourcesOf(context: Context): Source[] {
  const { memo } = context;
  const { products } = context.account.settings;

  const remembered: Source = async (asked) => {
    const keys = await Promise.all(asked.map((one) => memo.get(`product ${nameOf(one)}`)));
    return keysByName(asked, (_, index) => keys[index]);
  };
  const byRemoteId: Source = async (asked) => {
    const keys = await findByRemoteId(
      asked.flatMap(({ remoteId }) => (remoteId ? [remoteId] : [])),
      context,
    );
    return keysByName(asked, ({ remoteId }) => (remoteId ? keys.get(remoteId) : undefined));
  };
  const bySku: Source = async (asked) => {
    const keys = new Map<string, string | undefined>();
    for (const { sku } of asked) if (sku && !keys.has(sku)) keys.set(sku, await findBySku(sku, context));
    return keysByName(asked, ({ sku }) => keys.get(sku));
  };
  const remembering =
    (source: Source): Source =>
    async (asked) => {
      const found = await source(asked);
      await Promise.all([...found].map(([name, key]) => memo.put(`product ${name}`, key)));
      return found;
    };

  return [
    remembered,
    ...(products === "sku" ? [] : [remembering(byRemoteId)]),
    ...(products === "remote-id" ? [] : [remembering(bySku)]),
  ];
}

function keysByName(
  asked: readonly Asked[],
  keyOfOne: (one: Asked, index: number) => string | undefined,
): Map<string, string> {
  return new Map(
    asked.flatMap((one, index) => {
      const key = keyOfOne(one, index);
      return key === undefined ? [] : [[nameOf(one), key] as const];
    }),
  );
}

/** `remote_id__in` takes a list with commas; an ID with one in it is asked for alone. */
async function findByRemoteId(
  remoteIds: readonly string[],
  { account, api, channel }: Context,
): Promise<Map<string, string>> {
  const { settings, secret } = account;
  const plain = remoteIds.filter((id) => !id.includes(","));
  const chunks = Array.from({ length: Math.ceil(plain.length / CHUNK) }, (_, n) =>
    plain.slice(n * CHUNK, (n + 1) * CHUNK),
  );
  const queries = [
    ...chunks.map((chunk) => ({ remote_id__in: chunk.join(",") })),
    ...remoteIds.filter((id) => id.includes(",")).map((id) => ({ remote_id__exact: id })),
  ];
  const found = new Map<string, Set<string>>();
  for (const query of queries) {
    const common = { channel: String(secret.channelId), [settings.contentTypeFilter]: "product", sort: "id" };
    const { rows } = await api.list(`${channel}integration_actions/`, { ...common, ...query }, IntegrationAction);
    for (const { remote_id, object_id } of rows) {
      if (remote_id == null || object_id == null) continue;
      found.set(String(remote_id), (found.get(String(remote_id)) ?? new Set()).add(object_id));
    }
  }
  return new Map(
    remoteIds.flatMap((id) => {
      const [key, ...others] = found.get(id) ?? [];
      if (others.length > 0) {
        throw new Rejected(`The remote ID ${id} names ${others.length + 1} products of Omnitron's: correct it there.`);
      }
      return key === undefined ? [] : [[id, key] as const];
    }),
  );
}

/** `products/?sku=` [ASSUME]: a filter the server does not know would answer every product. */
async function findBySku(sku: string, { account, api, channel }: Context): Promise<string | undefined> {
  const path = account.settings.productsOf === "channel" ? `${channel}products/` : "products/";
  const { rows } = await api.list(path, { sku }, Product, 1);
  const hits = rows.filter((row) => String(row.sku ?? "") === sku);
  if (hits.length > 1)
    throw new Rejected(
      `Omnitron has ${hits.length} products of SKU ${sku}: correct it there, or map the SKU with npm run catalog.`,
    );
  return hits[0] && keyOf(hits[0]);
}
