import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Address } from "../../../shared/order.ts";
import type { Query } from "./api.ts";
import type { Context } from "./context.ts";
import { foldPlaceName, isSamePlaceName } from "./place-name.ts";
import { keyOf, Place } from "./rows.ts";
import { levelsOf } from "./settings.ts";

/** Primary keys of Omnitron's tables. */
export interface Location {
  country: string;
  city: string;
  township?: string;
  district?: string;
}

/** Which of the order's addresses it is, for the person who corrects it. */
export type AddressKind = "shipping" | "billing";

/** A place that Omnitron does not have, or has more than once. */
export class UnknownPlace extends Rejected {}

/** One level of the geography, as it is asked for. */
interface Level {
  level: "city" | "township" | "district";
  path: "cities" | "townships" | "districts";
  name: string;
  above: Query;
  /** ISO 3166-1 alpha-2. */
  code: string;
  kind: AddressKind;
}

/** Rows of a page while a whole list is read. */
const PAGE = "200";
/** As a name, no place has it. */
const NO_PLACE = "order-relay-no-such-place";

/**
 * The address's place in Omnitron's geography: each level exactly one hit, by name, failing that by the code which the
 * channel has mapped to it (reference/providers.md 4.5), failing that by a name that differs in case and accents alone.
 * A district is looked for below a township only.
 * @throws UnknownPlace in one sentence naming the place that Omnitron does not know
 */
export async function locate(address: Address, kind: AddressKind, context: Context): Promise<Location> {
  const { account } = context;
  const code = requiredField(address.country, `country in its ${kind} address`, account).toUpperCase();
  const levels = levelsOf(account.settings, code);
  const cityName =
    levels.city === "city"
      ? requiredField(address.city, `city in its ${kind} address`, account, "city")
      : requiredField(address.province, `province in its ${kind} address`, account, "province");

  const country = await findCountry(code, kind, context);
  const find = (level: Level["level"], path: Level["path"], name: string, above: Query) =>
    findPlace({ level, path, name: name.normalize("NFC"), above, code, kind }, context);
  const city = await find("city", "cities", cityName, { country });
  const location: Location = { country, city };

  const townshipName = levels.township === "none" ? undefined : address[levels.township]?.trim();
  if (!townshipName) return location;
  location.township = await find("township", "townships", townshipName, { country, city });

  const districtName = levels.district === "none" ? undefined : address[levels.district]?.trim();
  if (!districtName) return location;
  const { township } = location;
  location.district = await find("district", "districts", districtName, { country, city, township });
  return location;
}

/** `code__exact`, which knows upper from lower case, and no document says which Omnitron has. [ASSUME] */
const findCountry = (code: string, kind: AddressKind, { api, memo, channel, account }: Context) =>
  memo.of(`country ${code}`, async () => {
    for (const spelling of [code.toLowerCase(), code]) {
      const query = { code__exact: spelling, is_active: "true" };
      const { rows } = await api.list(`${channel}countries/`, query, Place, 1);
      const hits = rows.filter((row) => String(row.code ?? spelling) === spelling);
      const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
      if (pk !== undefined) return pk;
    }
    throw new UnknownPlace(
      `Omnitron has no active country ${code}, which the order's ${kind} address names: add it there, ${
        kind === "billing"
          ? `set billingGeography of ${account.destination} to "shipping"`
          : `or do not route such orders to ${account.destination}`
      }.`,
    );
  });

/** Ways to find a place, the most exact first. Each gives the rows that may be meant. */
const WAYS: readonly ((level: Level, context: Context) => Promise<Place[]>)[] = [byName, byMapping, bySpelling];

const findPlace = (asked: Level, context: Context) =>
  context.memo.of(`${asked.level} ${Object.values(asked.above).join(" ")} ${asked.name.toUpperCase()}`, async () => {
    const { level, name, kind } = asked;
    let several = 0;
    for (const way of WAYS) {
      const hits = await way(asked, context);
      const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
      if (pk !== undefined) return pk;
      several = Math.max(several, hits.length);
    }
    const found = several > 1 ? `${several} of them` : "none";
    const { destination } = context.account;
    throw new UnknownPlace(
      `The order's ${kind} ${level} "${name}" must be exactly one ${level} of Omnitron, which has ${found}: correct the order, map the name in Omnitron, or set geography of ${destination}${
        kind === "billing" ? `, or its billingGeography to "shipping"` : ""
      }.`,
    );
  });

async function byName(asked: Level, context: Context): Promise<Place[]> {
  const filter = asked.level === "district" ? "name__exact" : "name__iexact";
  return filtered((name) => ({ [filter]: name }), asked, context);
}

async function byMapping(asked: Level, context: Context): Promise<Place[]> {
  const { settings, secret } = context.account;
  if (!settings.geographyMapping) return [];
  const mapping = (name: string) => ({
    mapping__code__exact: `${secret.channelId}_${name}`,
    mapping__integration_type: "sales_channel",
  });
  return filtered(mapping, asked, context);
}

/**
 * What the server takes for the place. One hit of another name is trusted: the server knows more names than it shows. But a
 * filter that it does not know it ignores, and then the only place that it has would be a "hit".
 */
async function filtered(filter: (name: string) => Query, asked: Level, { api, channel }: Context): Promise<Place[]> {
  const { path, name, above, code } = asked;
  const list = async (wanted: string) =>
    (await api.list(`${channel}${path}/`, { ...filter(wanted), ...above, is_active: "true" }, Place, 1)).rows;
  const rows = await list(name);
  const named = rows.filter((row) => row.name == null || isNamed(row, name, code));
  if (named.length > 0 || rows.length !== 1) return exactFirst(named, name, code);
  return (await list(NO_PLACE)).length === 0 ? rows : [];
}

/** Databases compare accents as they are: `name__iexact` does not find "İstanbul" as "Istanbul". */
async function bySpelling({ path, name, above, code }: Level, { api, channel, account }: Context): Promise<Place[]> {
  const pages = account.settings.geographyPages;
  if (pages === 0) return [];
  const query = { ...above, is_active: "true", limit: PAGE };
  const { rows, complete } = await api.list(`${channel}${path}/`, query, Place, pages);
  const hits = rows.filter((row) => isNamed(row, name, code));
  // A second one may be on a page that was not read.
  return complete ? exactFirst(hits, name, code) : [];
}

const isNamed = ({ name }: Place, wanted: string, code: string): boolean =>
  name != null && foldPlaceName(String(name), code) === foldPlaceName(wanted, code);

/** Of names that differ in accents alone, the one that is written as asked. */
function exactFirst(rows: Place[], name: string, code: string): Place[] {
  const exact = rows.filter((row) => isSamePlaceName(String(row.name ?? name), name, code));
  return exact.length > 0 ? exact : rows;
}
