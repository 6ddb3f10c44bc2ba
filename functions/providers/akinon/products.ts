import { inPacks } from "../../../shared/connector/in-packs.ts";
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

/**
 * Every line's product: by the operator's catalog, by the channel's remote ID, by SKU.
 * @throws Rejected naming the first SKU that Omnitron does not know
 */
export async function productsOf(
  lines: readonly Line[],
  tools: Pick<Tools, "catalog">,
  context: Context,
): Promise<KnownLine[]> {
  const { account, memo } = context;
  const { destination, settings } = account;
  const entries = await Promise.all(lines.map(({ sku }) => (sku.trim() ? tools.catalog(sku) : undefined)));
  const wanted = lines.map((line, index) => {
    const entry: CatalogEntry = entries[index] ?? {};
    const packSize = entry.packSize ?? 1;
    const quantity = inPacks(quantityToShip(line), entry.packSize, line.sku, destination);
    if (entry.productId !== undefined) return { line, packSize, quantity, product: mappedKey(entry.productId, line) };
    const sku = entry.providerSku ?? line.sku.trim();
    const remoteId = entry.providerSku ?? (settings.remoteId === "sku" ? sku : line[settings.remoteId]);
    return { line, packSize, quantity, sku, remoteId };
  });

  function mappedKey(productId: string, { sku }: Line): string {
    const key = Pk.safeParse(productId);
    if (key.success) return key.data;
    throw new Rejected(
      `The catalog of ${destination} has the product ID "${productId}" for SKU ${sku}, and Omnitron's are whole numbers.`,
    );
  }

  const found = new Map<string, string>();
  const name = ({ sku, remoteId }: { sku?: string; remoteId?: string | undefined }) => JSON.stringify([remoteId, sku]);
  const open = [...new Map(wanted.filter((each) => !("product" in each)).map((each) => [name(each), each])).values()];
  await Promise.all(
    open.map(async (each) => {
      const known = await memo.get(`product ${name(each)}`);
      if (known !== undefined) found.set(name(each), known);
    }),
  );
  const unknown = open.filter((each) => !found.has(name(each)));
  if (settings.products !== "sku") {
    const byRemoteId = await findByRemoteId(
      unknown.flatMap(({ remoteId }) => (remoteId ? [remoteId] : [])),
      context,
    );
    for (const each of unknown) {
      const key = each.remoteId && byRemoteId.get(each.remoteId);
      if (key) found.set(name(each), key);
    }
  }
  if (settings.products !== "remote-id") {
    for (const each of unknown) {
      const key = !found.has(name(each)) && each.sku ? await findBySku(each.sku, context) : undefined;
      if (key) found.set(name(each), key);
    }
  }
  await Promise.all(
    unknown.map(async (each) => {
      const key = found.get(name(each));
      if (key !== undefined) await memo.put(`product ${name(each)}`, key);
    }),
  );

  return wanted.map((each) => {
    const { line, packSize, quantity } = each;
    const product = each.product ?? found.get(name(each));
    if (product !== undefined) return { line, packSize, quantity, product };
    throw new Rejected(
      line.sku.trim()
        ? `SKU ${line.sku} is no product of Omnitron's that ${destination} finds: add it there, or map it with npm run catalog.`
        : `The order's line ${line.id} has no SKU, by which ${destination} finds its product: add one in the shop.`,
    );
  });
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
        throw new Rejected(
          `The remote ID ${id} stands for ${others.length + 1} products of Omnitron's: mend it there.`,
        );
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
      `Omnitron has ${hits.length} products of SKU ${sku}: mend it there, or map the SKU with npm run catalog.`,
    );
  return hits[0] && keyOf(hits[0]);
}
