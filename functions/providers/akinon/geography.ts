import { requiredField } from "../../../shared/connector/required-field.ts";
import { Rejected } from "../../../shared/errors.ts";
import type { Address } from "../../../shared/order.ts";
import type { Query } from "./api.ts";
import type { Context } from "./context.ts";
import { keyOf, Place } from "./rows.ts";
import { levelsOf } from "./settings.ts";

/** Primary keys of Omnitron's tables. */
export interface Location {
  country: string;
  city: string;
  township?: string;
  district?: string;
}

/**
 * The address's place in Omnitron's geography: each level exactly one hit, by name and, failing that, by the code which
 * the channel has mapped to it (reference/providers.md 4.5). A district is looked for below a township only.
 * @throws Rejected in one sentence naming the place that Omnitron does not know
 */
export async function locate(address: Address, context: Context): Promise<Location> {
  const { account } = context;
  const code = requiredField(address.country, "country", account).toUpperCase();
  const levels = levelsOf(account.settings, code);
  const cityName =
    levels.city === "city"
      ? requiredField(address.city, "city", account, "city")
      : requiredField(address.province, "province", account, "province");

  const country = await findCountry(code, context);
  const city = await findPlace("city", "cities", cityName, { country }, context);
  const location: Location = { country, city };

  const townshipName = levels.township === "none" ? undefined : address[levels.township]?.trim();
  if (!townshipName) return location;
  location.township = await findPlace("township", "townships", townshipName, { country, city }, context);

  const districtName = levels.district === "none" ? undefined : address[levels.district]?.trim();
  if (!districtName) return location;
  const { township } = location;
  location.district = await findPlace("district", "districts", districtName, { country, city, township }, context);
  return location;
}

/** `code__exact`, which knows upper from lower case, and no document says which Omnitron has. [ASSUME] */
const findCountry = (code: string, { api, memo, channel, account }: Context) =>
  memo.of(`country ${code}`, async () => {
    for (const spelling of [code.toLowerCase(), code]) {
      const query = { code__exact: spelling, is_active: "true" };
      const { rows } = await api.list(`${channel}countries/`, query, Place, 1);
      const hits = rows.filter((row) => String(row.code ?? spelling) === spelling);
      const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
      if (pk !== undefined) return pk;
    }
    throw new Rejected(
      `Omnitron has no active country ${code}, where the order goes: add it there, or do not route such orders to ${account.destination}.`,
    );
  });

const findPlace = (
  level: "city" | "township" | "district",
  path: string,
  name: string,
  above: Query,
  { api, memo, channel, account }: Context,
) =>
  memo.of(`${level} ${Object.values(above).join(" ")} ${name.toUpperCase()}`, async () => {
    const filter = level === "district" ? "name__exact" : "name__iexact";
    const within = { ...above, is_active: "true" };
    const byName = await api.list(`${channel}${path}/`, { [filter]: name, ...within }, Place, 1);
    // A filter that a server does not know is ignored, and then every row is a "hit".
    const named = byName.rows.filter((row) => isSameName(row.name, name));
    const hits = named.length === 1 || !account.settings.geographyMapping ? named : await mapped();
    const pk = hits.length === 1 && hits[0] ? keyOf(hits[0]) : undefined;
    if (pk !== undefined) return pk;
    const found = named.length > 1 ? `${named.length} of them` : "none";
    throw new Rejected(
      `The order's ${level} "${name}" must be exactly one ${level} of Omnitron, which has ${found}: correct the order, map the name in Omnitron, or set geography of ${account.destination}.`,
    );

    async function mapped() {
      const mapping = {
        mapping__code__exact: `${account.secret.channelId}_${name}`,
        mapping__integration_type: "sales_channel",
      };
      return (await api.list(`${channel}${path}/`, { ...mapping, ...within }, Place, 1)).rows;
    }
  });

const isSameName = (given: string | number | null | undefined, name: string) =>
  given == null || String(given).toUpperCase() === name.toUpperCase();
