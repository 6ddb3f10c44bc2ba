import * as z from "zod/mini";
import { filled } from "../../../shared/connector/fit-text.ts";
import { looseRow, rowsOf, Shown } from "../../../shared/connector/list-schema.ts";
import { requiredField } from "../../../shared/connector/required-field.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import type { Address } from "../../../shared/order.ts";
import type { Account } from "../provider.ts";
import { type Api, CallRefused } from "./api.ts";
import type { Secret, Settings } from "./settings.ts";

const Region = z.object({ code: z.string(), state_or_province_name: z.string() });
type Region = z.infer<typeof Region>;

const Row = looseRow(z.object({ code: Shown, state_or_province_name: Shown }));

/**
 * `region` of an address: by Lingxing's own list (`POST /erp/sc/data/worldState/lists`), code first, then name; without a
 * hit the destination's default of that country, else of all, else the province's or city's own text. (reference/providers.md 3.5)
 * @throws Rejected where there is none of these
 */
export async function regionOf(
  address: Address,
  country: string,
  account: Account<Settings, Secret>,
  tools: Tools,
  api: Api,
): Promise<string> {
  const given = [address.provinceCode, address.province].filter(
    (text): text is string => text !== undefined && text.trim() !== "",
  );
  if (given.length > 0) {
    const hit = matching(given, country, await listOf(country, account.settings, tools, api));
    if (hit) return written(hit, account.settings.region);
  }
  const byDefault = filled(account.settings.regions[country]) ?? filled(account.missing.province);
  const text = [address.province, address.provinceCode, address.city].find((candidate) => candidate?.trim());
  return byDefault ?? requiredField(text, "province", account, "province");
}

function matching(given: readonly string[], country: string, regions: readonly Region[]): Region | undefined {
  // Channels write the code alone or as ISO 3166-2 does: "AL", "US-AL".
  const codes = given.map((text) => fold(text.trim().replace(new RegExp(`^${country}-`, "i"), "")));
  const names = given.map(fold);
  return (
    regions.find(({ code }) => codes.includes(fold(code))) ??
    regions.find((region) => names.includes(fold(region.state_or_province_name))) ??
    regions.find((region) => names.includes(fold(`${region.code}${region.state_or_province_name}`)))
  );
}

/** The list prints `Baden-Wurttemberg`: accents, case and everything between the letters are folded. */
const fold = (text: string): string =>
  text
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/[^\p{L}\p{N}]/gu, "")
    .toLowerCase();

function written({ code, state_or_province_name: name }: Region, form: Settings["region"]): string {
  if (form === "code") return code;
  return form === "name" ? name : `${code}-${name}`;
}

async function listOf(country: string, settings: Settings, tools: Tools, api: Api): Promise<Region[]> {
  // As `allMarketplace` writes it.
  const code = country === "GB" ? "UK" : country;
  const key = `regions-${code}`;
  const remembered = z.safeParse(z.array(Region), tools.memory.get(key));
  if (remembered.success) return remembered.data;
  const regions = (await tools.cache.get(key, z.array(Region))) ?? (await fetched());
  tools.memory.set(key, regions);
  return regions;

  async function fetched(): Promise<Region[]> {
    const path = "/erp/sc/data/worldState/lists";
    try {
      const rows = await api.read("POST", path, { country_code: code }, rowsOf(Row));
      const listed = rows
        .map(({ code, state_or_province_name }) => ({ code, state_or_province_name }))
        // Half a region cannot be written as the document shows.
        .filter((region) => region.code !== "" && region.state_or_province_name !== "");
      await tools.cache.put(key, listed, settings.regionsMaxAge);
      return listed;
    } catch (error) {
      // A country that Lingxing has no list of: the address has its own text.
      if (error instanceof CallRefused) return [];
      throw error;
    }
  }
}
