/** Shops and apps name their methods freely, each in its own language. */
const PICK_UP =
  /\bpick[\s-]?up\b|\bclick\s?(?:and|&|\+)\s?collect\b|\b(?:abholung|selbstabholer|abholen|retrait|ritiro|recogida|retirada|afhalen|ophalen|afhentning|hämta|nouto|osobní odběr|odbiór osobisty|személyes átvétel|gel[\s-]al)\b|самови|самовы|mağazadan teslim|店頭受|店舗受|自取|自提|픽업|방문 수령/iu;
const LOCAL =
  /\b(?:local[\s-]?delivery|lokale?\s+(?:lieferung|levering|bezorging|leverans)|livraison locale|entrega local|consegna locale)\b|(?:местная|локальна) доставка|ローカルデリバリー|当地配送|本地配送/iu;
/** A carrier brings it to a point where the buyer picks it up: a parcel like any other. */
const POINT = /point|punto|ponto|punkt|relais|relay|locker|parcel|paket|packet|station|automat|box|コンビニ/iu;

/** Characters of a method's name that are read: the patterns take long over millions. */
const LONGEST_NAME = 300;

/**
 * What a shipping method is by its own words, if it is no parcel.
 * @param names of one method: its title, its code
 */
export function kindByWords(names: readonly (string | undefined)[]): "local" | "pick-up" | undefined {
  const read = names.flatMap((name) => name?.slice(0, LONGEST_NAME) ?? []);
  // An underscore is part of a word to \b.
  const words = read.join(" ").replaceAll("_", " ");
  if (LOCAL.test(words)) return "local";
  return PICK_UP.test(words) && !POINT.test(words) ? "pick-up" : undefined;
}
