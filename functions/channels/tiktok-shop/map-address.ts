import { fullName } from "../../../shared/connector/person-name.ts";
import { provinceCode } from "../../../shared/connector/province-code.ts";
import type { Level, RecipientAddress } from "./payload.ts";

/** Names of the levels, in the words of TikTok Shop's markets. */
const COUNTRY = /^(?:country|region)$/i;
const PROVINCE = /state|province|provinsi|estado|prefecture|region|nation/i;
const CITY = /city|town|municip|kota|kabupaten|regency/i;
/** No part of a postal address. */
const COUNTY = /^county$/i;

export function mapAddress(address: RecipientAddress) {
  const { first_name: firstName, last_name: lastName, region_code: country } = address;
  const { province, city, district } = placeOf(address.district_info);
  // Some markets have the street in one field, and no lines.
  const [street1, ...more] = [address.address_line1 ?? address.address_detail, ...furtherLines(address)].flatMap(
    (line) => line ?? [],
  );
  return {
    name: fullName({ name: address.name, firstName, lastName }),
    firstName,
    lastName,
    street1,
    street2: more.join(", ") || undefined,
    district,
    city,
    province,
    provinceCode: provinceCode(country, province),
    postcode: address.postal_code,
    country,
    phone: address.phone_number,
    remark: address.delivery_preferences?.drop_off_location,
  };
}

const furtherLines = ({ address_line2, address_line3, address_line4 }: RecipientAddress) => [
  address_line2,
  address_line3,
  address_line4,
];

/**
 * The levels between country and street are named in each market's own words. Where the words fail, the first
 * below the country is the province, and the next the city.
 */
function placeOf(levels: readonly Level[]) {
  const [top, ...below] = levels;
  const named = top && isCountry(top) ? below : levels;
  const province = named.find(isCalled(PROVINCE)) ?? named[0];
  const rest = named.filter((level) => level !== province);
  const city = rest.find(isCalled(CITY)) ?? rest[0];
  const districts = rest.filter((level) => level !== city && !isCalled(COUNTY)(level));
  return {
    province: province?.address_name,
    city: city?.address_name,
    district: districts.flatMap(({ address_name }) => address_name ?? []).join(", ") || undefined,
  };
}

const isCountry = ({ address_level: level, address_level_name: name = "" }: Level): boolean =>
  level === "L0" || COUNTRY.test(name);

const isCalled =
  (words: RegExp) =>
  ({ address_level_name: name = "" }: Level): boolean =>
    words.test(name);
