/** Letters that are not a letter with a mark, and what people without that keyboard write. */
const LETTERS: Readonly<Record<string, string>> = {
  ı: "i",
  ß: "ss",
  ø: "o",
  đ: "d",
  ð: "d",
  ł: "l",
  þ: "th",
  æ: "ae",
  œ: "oe",
};

/** Two letters for one with a mark, as these countries write it themselves: Muenchen, Aarhus. */
const PAIRS: Readonly<Record<string, RegExp>> = {
  ...Object.fromEntries(["DE", "AT", "CH", "LI", "LU"].map((country) => [country, /([aou])e/g])),
  ...Object.fromEntries(["DK", "NO", "FI", "SE"].map((country) => [country, /(a)[ae]|(o)e/g])),
};

/**
 * A place's name without case, accents, hyphens and apostrophes: people type, and shops export, "Istanbul", "ISTANBUL"
 * and a decomposed "i̇stanbul" for "İstanbul". Turkish has two letters i, each with its own capital; all four are "i".
 * @param country ISO 3166-1 alpha-2, for the spellings that only some countries have
 */
export function foldPlaceName(name: string, country: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^\p{ASCII}]/gu, (letter) => LETTERS[letter] ?? letter)
    .replace(/['’ʼ`´.]/g, "")
    .replace(/[\s\p{Pd}]+/gu, " ")
    .trim();
  const pairs = PAIRS[country];
  return pairs ? plain.replace(pairs, "$1$2") : plain;
}

/** The same letters and accents; case alone may differ, in the country's own rules. */
export const isSamePlaceName = (one: string, other: string, country: string): boolean =>
  lowerCase(one, country) === lowerCase(other, country);

const lowerCase = (name: string, country: string): string =>
  name
    .normalize("NFC")
    .trim()
    .toLocaleLowerCase(country === "TR" || country === "AZ" ? "tr" : "en");
