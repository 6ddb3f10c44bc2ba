import { Misconfigured } from "../../../shared/errors.ts";
import type { Order } from "../../../shared/order.ts";
import type { Context } from "./context.ts";
import { Cargo, Catalog, Channel, keyOf } from "./rows.ts";

/** Key of the cargo company: as set for the service level, as set, or the channel's only one. @throws Misconfigured */
export async function cargoCompanyOf({ shipping }: Order, { account, api, memo, channel }: Context): Promise<string> {
  const { settings, destination } = account;
  const wanted = settings.cargoCompanies[shipping?.serviceLevel ?? "standard"] ?? settings.cargoCompany;
  if (typeof wanted === "number") return String(wanted);
  return memo.of(`cargo company ${wanted ?? ""}`, async () => {
    const { rows } = await api.list(`${channel}cargos/`, {}, Cargo);
    const hits = wanted === undefined ? rows : rows.filter(({ erp_code }) => erp_code === wanted);
    const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
    if (pk !== undefined) return pk;
    const codes = rows.map(({ erp_code }) => erp_code).join(", ") || "none";
    throw new Misconfigured(
      wanted === undefined
        ? `The channel has ${rows.length} cargo companies (${codes}): name one in cargoCompany of ${destination}.`
        : `The channel has no cargo company "${wanted}" but ${codes}: correct cargoCompany of ${destination}.`,
    );
  });
}

export interface Lists {
  priceList?: string;
  stockList?: string;
}

/** Keys of the price and stock list that items name: as set, else those of the channel's catalog. */
export async function listsOf({ account, api, memo }: Context): Promise<Lists> {
  const { settings, secret } = account;
  const set = {
    ...(settings.priceList !== undefined && { priceList: String(settings.priceList) }),
    ...(settings.stockList !== undefined && { stockList: String(settings.stockList) }),
  };
  if (settings.lists === "none" || (set.priceList !== undefined && set.stockList !== undefined)) return set;

  const [priceList, stockList] = await Promise.all([memo.get("price list"), memo.get("stock list")]);
  if (priceList !== undefined && stockList !== undefined) return { priceList, stockList, ...set };
  const catalog = settings.catalog ?? (await api.read(`channels/${secret.channelId}/`, Channel)).catalog ?? undefined;
  if (catalog === undefined) return set;
  const { price_list, stock_list } = await api.read(`catalogs/${catalog}/`, Catalog);
  if (price_list != null) await memo.put("price list", price_list);
  if (stock_list != null) await memo.put("stock list", stock_list);
  return {
    ...(price_list != null && { priceList: price_list }),
    ...(stock_list != null && { stockList: stock_list }),
    ...set,
  };
}
