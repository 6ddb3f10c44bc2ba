/** Open questions of Omnitron's documents, and invented credentials. (reference/providers.md 4 and 6) */
export interface AkinonSwitches {
  username: string;
  password: string;
  /** Taken as it is in `Authorization`, without a login. */
  apiKey: string;
  /** Where username and password are sent. */
  loginPath: string;
  /** The only sales channel. */
  channelId: number;
  /** Prefix of the key in `Authorization`: "Token ", as the vendor's SDK sends it, or none, as in the document. */
  authorization: "token" | "plain";
  /** How long a key is good. Not found; undefined: until `expireTokens`. */
  tokenLifetimeSeconds: number | undefined;
  /** Whether a second login gets the first one's key, as in Django REST framework, or its own. */
  tokenPerLogin: "same" | "new";
  /** Answer to a path without its final slash: Django's redirect, which loses a POST's body, or 404. */
  appendSlash: "redirect" | "not-found";
  /** Burst, and calls per second, by key. Not found: no throttle by default. */
  bucketSize: number;
  leakPerSecond: number;

  /** Lists: pages with `{count,next,previous,results}`, or a plain, whole list. */
  lists: "envelope" | "plain";
  /** An empty list in an answer: `[]`, or `null` as some serializers write it. */
  emptyLists: "list" | "null";
  /** Rows of the list of orders: as the answer to a create, or without the `number`. */
  orderRows: "whole" | "brief";
  /** Rows of a page if the client sends no `limit`. */
  pageSize: number;
  /** Name of the primary key in rows. */
  keyField: "pk" | "id";
  /** Whether the answer to a create has the key; the document's has none. */
  createdKey: boolean;
  /** Status of a successful create. */
  successStatus: 201 | 200;
  /** Amounts in answers. */
  money: "string" | "number";
  /** `status` in answers: "400", "approved", or `{"value":"400","label":"approved"}`. */
  statusShape: "code" | "name" | "labelled";
  /** The accepted spelling of `status`. */
  statusWords: "both" | "codes" | "names";

  /**
   * A second create with the channel's `number`: 406 (uniqueness checks), DRF's 400, a second order, or the first one,
   * cancelled a year ago.
   */
  duplicates: "406" | "400" | "accept" | "answer-cancelled";
  /** The form of a 406 for a number that already exists. */
  duplicateBody: "field" | "text";
  /** Required fields of the body: those of the OpenAPI document, those that the vendor's app always sends, or both. */
  required: "openapi" | "app" | "both";
  /** Field names that the document does not have: refused, or ignored as DRF does by default. */
  unknownFields: "refused" | "ignored";
  /** Whether the amounts of an order must add up. */
  sums: "checked" | "unchecked";
  /** Quantity of an item: no other than one is taken, any is taken and counted as one, or it is kept. */
  itemQuantity: "one" | "counted-as-one" | "kept";
  /** Whether the answer to a create complains of something beside the order. */
  complaints: boolean;
  /** Digits after the point of amounts. */
  decimalPlaces: number;
  /** Whether `channel` in the body must match the path: in the document they are 1 and 5. */
  channelMustMatch: boolean;
  /** Whether `?number=` filters the list of orders. */
  numberFilter: boolean;

  /** Spelling of a country's `code`: `code__exact` is case-sensitive. */
  countryCodes: "lower" | "upper";
  /** False: every city, township and district of a known country exists, as soon as a client asks for it. */
  strictGeography: boolean;
  /** What `name__iexact` compares: capitals as in most databases, where "istanbul" is not "İstanbul"; or as in Turkish. */
  placeNames: "plain" | "turkish";
  /** Whether the filters by name work. */
  placeFilter: boolean;
  /** Names of places by the channel's mapped code: `{"5_Orleans": "Orléans"}`. */
  mappedPlaces: Readonly<Record<string, string>>;
  /** Whether products have a remote ID (their SKU) in the channel. */
  remoteIds: "sku" | "none";
  /** Whether `products/?sku=` filters. */
  skuFilter: boolean;
  cargos: "one" | "several";
  /** Answer to an address that already exists: DRF's 400, or 406. */
  duplicateAddressStatus: 400 | 406;
  /** `non_field_errors`: a text, as the vendor's app reads it, or DRF's list. */
  nonFieldErrors: "text" | "list";
}

export const akinonSwitches: AkinonSwitches = {
  username: "relay@akinon-demo.invalid",
  password: "akinon-demo-password",
  apiKey: "akinon-demo-api-key",
  loginPath: "/api/v1/auth/login/",
  channelId: 5,
  authorization: "token",
  tokenLifetimeSeconds: undefined,
  tokenPerLogin: "same",
  appendSlash: "redirect",
  bucketSize: Number.POSITIVE_INFINITY,
  leakPerSecond: 1,
  lists: "envelope",
  emptyLists: "list",
  orderRows: "whole",
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
  unknownFields: "refused",
  sums: "checked",
  itemQuantity: "one",
  complaints: false,
  decimalPlaces: 2,
  channelMustMatch: true,
  numberFilter: true,
  countryCodes: "lower",
  strictGeography: true,
  placeNames: "plain",
  placeFilter: true,
  mappedPlaces: {},
  remoteIds: "sku",
  skuFilter: true,
  cargos: "one",
  duplicateAddressStatus: 400,
  nonFieldErrors: "text",
};
