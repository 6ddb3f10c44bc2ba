/** What Omnitron's documents leave open, and its invented credentials. (reference/providers.md 4 and 6) */
export interface AkinonSwitches {
  username: string;
  password: string;
  /** The only sales channel there is. */
  channelId: number;
  /** What comes before the key in `Authorization`: "Token " as the vendor's SDK sends, or nothing as the document. */
  authorization: "token" | "plain";
  /** How long a key is good. Not found; undefined: until `expireTokens`. */
  tokenLifetimeSeconds: number | undefined;
  /** Whether a second login gets the first one's key, as Django REST framework does it, or its own. */
  tokenPerLogin: "same" | "new";
  /** A path without its slash at the end: Django's redirect, which loses a POST's body, or 404. */
  appendSlash: "redirect" | "not-found";
  /** Calls at once, and a second, by key. Not found: no throttle by default. */
  bucketSize: number;
  leakPerSecond: number;

  /** Lists: with `{count,next,previous,results}`, or plain, whole. */
  lists: "envelope" | "plain";
  /** Rows of a page where the client names no `limit`. */
  pageSize: number;
  /** Name of the primary key in rows. */
  keyField: "pk" | "id";
  /** Whether the answer to a create has the key: the document's has none. */
  createdKey: boolean;
  /** Of a create that succeeded. */
  successStatus: 201 | 200;
  /** Amounts in answers. */
  money: "string" | "number";
  /** `status` in answers: "400", "approved", or `{"value":"400","label":"approved"}`. */
  statusShape: "code" | "name" | "labelled";
  /** Which spelling of `status` is taken. */
  statusWords: "both" | "codes" | "names";

  /**
   * A second create with the channel's `number`: 406 (uniqueness checks), DRF's 400, a second order, or the first one,
   * cancelled a year ago.
   */
  duplicates: "406" | "400" | "accept" | "answer-cancelled";
  /** How a 406 for a taken number says so. */
  duplicateBody: "field" | "text";
  /**
   * Which fields of the body are required: those of the OpenAPI document, those the vendor's app always sends, or both.
   */
  required: "openapi" | "app" | "both";
  /** An item is one unit, whatever its quantity says, or has that quantity. */
  itemQuantity: "one" | "kept";
  /** Digits after the point of amounts. */
  decimalPlaces: number;
  /** Whether `channel` of the body must be that of the path: the document's are 1 and 5. */
  channelMustMatch: boolean;
  /** Whether `?number=` filters the list of orders. */
  numberFilter: boolean;

  /** How `code` of a country is spelt: `code__exact` knows upper from lower case. */
  countryCodes: "lower" | "upper";
  /** False: every city, township and district of a known country exists, as soon as a client asks for it. */
  strictGeography: boolean;
  /** Names of places by the channel's mapped code: `{"5_Orleans": "Orléans"}`. */
  mappedPlaces: Readonly<Record<string, string>>;
  /** Whether products are known to the channel by a remote ID (their SKU). */
  remoteIds: "sku" | "none";
  /** Whether `products/?sku=` filters. */
  skuFilter: boolean;
  cargos: "one" | "several";
  /** Of an address that is there: DRF's 400, or 406. */
  duplicateAddressStatus: 400 | 406;
  /** `non_field_errors` as a text, as the vendor's app reads it, or as DRF's list. */
  nonFieldErrors: "text" | "list";
}

export const akinonSwitches: AkinonSwitches = {
  username: "relay@akinon-demo.invalid",
  password: "akinon-demo-password",
  channelId: 5,
  authorization: "token",
  tokenLifetimeSeconds: undefined,
  tokenPerLogin: "same",
  appendSlash: "redirect",
  bucketSize: Number.POSITIVE_INFINITY,
  leakPerSecond: 1,
  lists: "envelope",
  pageSize: 10,
  keyField: "pk",
  createdKey: true,
  successStatus: 201,
  money: "string",
  statusShape: "code",
  statusWords: "both",
  duplicates: "406",
  duplicateBody: "field",
  required: "both",
  itemQuantity: "one",
  decimalPlaces: 2,
  channelMustMatch: true,
  numberFilter: true,
  countryCodes: "lower",
  strictGeography: false,
  mappedPlaces: {},
  remoteIds: "sku",
  skuFilter: true,
  cargos: "one",
  duplicateAddressStatus: 400,
  nonFieldErrors: "text",
};
