/** Shops and apps name their methods freely, each in its own language. */
const PICK_UP =
  /\bpick[\s-]?up\b|\bclick\s?(?:and|&|\+)\s?collect\b|\b(?:collect(?:ion)?\s(?:in|from|at)\s(?:the\s)?(?:store|shop)|(?:store|shop)\scollection)\b|\b(?:abholung|selbstabholung|selbstabholer|abholen|retrait|ritiro|recogida|recoger en|retiro en|retirada|retirar na|retirar em|levantamento na|avhämtning|afhalen|ophalen|afhentning|hämta|nouto|osobní odběr|odbiór osobisty|személyes átvétel|gel[\s-]al)\b|самови|самовы|mağazadan teslim|店頭受|店舗受|自取|自提|픽업|방문 수령/iu;
const LOCAL =
  /\b(?:local[\s-]?delivery|lokale?\s+(?:lieferung|levering|bezorging|leverans)|livraison locale|entrega local|consegna locale)\b|(?:местная|локальна) доставка|ローカルデリバリー|当地配送|本地配送/iu;
/** A carrier brings it to a point or an office where the buyer picks it up: a parcel like any other. */
const POINT =
  /point|punto|ponto|punkt|punkc|relais|relay|locker|parcel|paket|packet|station|automat|box|пункт|пвз|постамат|почт|пошт|отделени|відділенн|コンビニ|(?<!\p{L})(?:post(?:\s?office|filiale|amt|kantoor|a)?|poczt\p{L}*|correos|correio\p{L}*|bureau de poste|dhl|dpd|gls|ups|fedex|usps|hermes|evri|inpost|mondial|colissimo|postnord|nova poshta|сд[эе]к|cdek|boxberry)(?!\p{L})/iu;

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
