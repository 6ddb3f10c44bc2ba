/** https://developer-docs.amazon.com/sp-api/docs/marketplace-ids */
// cspell:disable
const MARKETPLACES: Readonly<Record<string, string>> = {
  AED: "A2VIGQ35RCS4UG",
  AUD: "A39IBJ37TRP1C6",
  BRL: "A2Q3Y263D00KWC",
  CAD: "A2EUQ1WTGCTBG2",
  EGP: "ARBP9OOSHTCHU",
  EUR: "A13V1IB3VIYZZH A1PA6795UKMFR9 A1RKKUPIHCS9HS A1805IZSGTT6HS A28R8C7NBKEWEA AMEN7PMS3EDWL APJ6JRA9NG5V4",
  GBP: "A1F83G8C2ARO7P",
  INR: "A21TJRUUN4KGV",
  JPY: "A1VC38T7YXB528",
  MXN: "A1AM78C64UM0Y8",
  PLN: "A1C3SOZRARQ6R3",
  SAR: "A17E79C6D8DWNP",
  SEK: "A2NODRKZP88ZB9",
  SGD: "A19VAU5U5O7RUS",
  TRY: "A33AVAJ2PDY3EV",
  USD: "ATVPDKIKX0DER",
  ZAR: "AE08WJ6YKNBMC",
};
// cspell:enable

/** ISO 4217 of the prices of a marketplace; undefined for one that is not listed here. */
export const marketplaceCurrency = (id: string | undefined): string | undefined =>
  Object.entries(MARKETPLACES).find(([, ids]) => id !== undefined && ids.split(" ").includes(id))?.[0];
