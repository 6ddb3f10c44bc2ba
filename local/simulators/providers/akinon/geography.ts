import { createHash } from "node:crypto";
import type { Answer } from "../../simulator.ts";
import { keyed, list } from "./list.ts";
import type { AkinonSwitches } from "./switches.ts";

const COUNTRIES = [
  "TR Türkiye",
  "US United States",
  "DE Germany",
  "FR France",
  "GB United Kingdom",
  "AT Austria",
  "AU Australia",
  "BE Belgium",
  "CA Canada",
  "CH Switzerland",
  "CN China",
  "CZ Czechia",
  "DK Denmark",
  "ES Spain",
  "FI Finland",
  "GR Greece",
  "IE Ireland",
  "IN India",
  "IT Italy",
  "JP Japan",
  "MX Mexico",
  "NL Netherlands",
  "NO Norway",
  "NZ New Zealand",
  "PL Poland",
  "PT Portugal",
  "SE Sweden",
  "SG Singapore",
].map((line, index) => ({ pk: index + 1, code: line.slice(0, 2), name: line.slice(3) }));

/** Country, city, township, district. Springfield is listed twice, as in a country with states. */
const PLACES = [
  ["TR", "İstanbul", "Kadıköy", "Moda"],
  ["TR", "İstanbul", "Beşiktaş", "Bebek"],
  ["TR", "Ankara", "Çankaya"],
  ["US", "New York", "Manhattan"],
  ["US", "Los Angeles"],
  ["US", "Springfield"],
  ["US", "Springfield", "Sangamon"],
  ["DE", "Berlin", "Mitte"],
  ["DE", "Hamburg"],
  ["FR", "Orléans", "Centre"],
  ["FR", "Paris"],
  ["GB", "London", "Westminster"],
] as const;

interface Place {
  pk: number;
  name: string;
  country: number;
  city?: number;
  township?: number;
}

/** PostgreSQL's iexact: UPPER, in the database's language. */
const isSame = (a: string, b: string, { placeNames }: Pick<AkinonSwitches, "placeNames">) => {
  const language = placeNames === "turkish" ? "tr" : "en";
  return a.toLocaleUpperCase(language) === b.toLocaleUpperCase(language);
};

/** The lists of places below a country. */
export const PLACE_LISTS = ["cities", "townships", "districts"] as const;
type Table = (typeof PLACE_LISTS)[number];

/** Countries, cities, townships, districts. */
export function createGeography(switches: Readonly<AkinonSwitches>) {
  const tables: Record<Table, Place[]> = { cities: [], townships: [], districts: [] };

  /** A name has the same key in every run, so that clients may keep it. */
  function add(table: Table, name: string, above: Omit<Place, "pk" | "name">): Place {
    const taken = new Set(tables[table].map(({ pk }) => pk));
    let pk =
      createHash("sha256")
        .update(JSON.stringify([table, name.toUpperCase(), above]))
        .digest()
        .readUInt32BE() % 1e9;
    while (taken.has(pk)) pk += 1;
    const place = { pk, name, ...above };
    tables[table].push(place);
    return place;
  }

  for (const [code, cityName, townshipName, districtName] of PLACES) {
    const country = COUNTRIES.find((each) => each.code === code)?.pk ?? 0;
    const known = tables.cities.find(({ name }) => name === cityName && name !== "Springfield");
    const city = (known ?? add("cities", cityName, { country })).pk;
    if (townshipName === undefined) continue;
    const township = add("townships", townshipName, { country, city }).pk;
    if (districtName !== undefined) add("districts", districtName, { country, city, township });
  }

  function countries(query: URLSearchParams): Answer {
    const { countryCodes } = switches;
    const rows = COUNTRIES.map(({ pk, code, name }) => ({
      pk,
      name,
      code: countryCodes === "lower" ? code.toLowerCase() : code,
    }));
    const [code, name] = [query.get("code__exact"), query.get("name__exact")];
    const found = rows.filter((row) => (code === null || row.code === code) && (name === null || row.name === name));
    return list(
      found.map(({ pk, ...row }) => keyed(pk, { ...row, is_active: true }, switches)),
      query,
      switches,
    );
  }

  function places(table: Table, query: URLSearchParams): Answer {
    const above: Omit<Place, "pk" | "name"> = { country: Number(query.get("country")) };
    if (query.has("city")) above.city = Number(query.get("city"));
    if (query.has("township")) above.township = Number(query.get("township"));
    const isBelow = (place: Place) =>
      (["country", "city", "township"] as const).every((level) => !query.has(level) || place[level] === above[level]);

    const [anyCase, exact, mapped] = ["name__iexact", "name__exact", "mapping__code__exact"].map((name) =>
      query.get(name),
    );
    const byCode = mapped == null ? undefined : (switches.mappedPlaces[mapped] ?? "");
    const isNamed = ({ name }: Place) =>
      (!switches.placeFilter || anyCase == null || isSame(name, anyCase, switches)) &&
      (!switches.placeFilter || exact == null || name === exact) &&
      (byCode === undefined || name === byCode);
    const find = () => tables[table].filter((place) => isBelow(place) && isNamed(place));

    const asked = anyCase ?? exact;
    const isKnownCountry = COUNTRIES.some(({ pk }) => pk === above.country);
    if (find().length === 0 && asked && byCode === undefined && !switches.strictGeography && isKnownCountry) {
      add(table, asked, above);
    }
    return list(
      find().map(({ pk, ...place }) => keyed(pk, { ...place, is_active: true }, switches)),
      query,
      switches,
    );
  }

  const has = (table: Table, pk: number | null | undefined) =>
    pk == null || tables[table].some((place) => place.pk === pk);
  return {
    countries,
    places,
    /** The fields of an address whose keys do not exist. */
    unknown: (of: {
      country: number;
      city: number;
      township?: number | null | undefined;
      district?: number | null | undefined;
    }) => [
      ...(COUNTRIES.some(({ pk }) => pk === of.country) ? [] : (["country"] as const)),
      ...(has("cities", of.city) ? [] : (["city"] as const)),
      ...(has("townships", of.township) ? [] : (["township"] as const)),
      ...(has("districts", of.district) ? [] : (["district"] as const)),
    ],
  };
}
