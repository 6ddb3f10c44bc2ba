import * as z from "zod/mini";
import { Alias } from "./alias.ts";
import { CacheItem } from "./cache.ts";
import { CatalogItem } from "./catalog.ts";
import { ConnectionState } from "./connection-state.ts";
import { StoredDelivery } from "./delivery-item.ts";
import { ErasureRequest } from "./erasure-request.ts";
import { ERASURE_WALK, ErasureWalk } from "./erasure-walk.ts";
import { ErrorText } from "./error-text.ts";
import { FindDueCursor } from "./find-due-cursor.ts";
import { LeaseItem } from "./lease.ts";
import { BodyItem } from "./order-body.ts";
import { OrderRecord } from "./order-record.ts";
import type { Item, Key } from "./table.ts";
import { UnreadOrder } from "./unread-order.ts";
import { Version } from "./version.ts";

/** Who reads or writes the ledger: a function, or the operator's commands and the console. */
export type LedgerUser = "route-order" | "create-order" | "find-due" | "reconcile" | "operator";

/** One kind of item of the ledger. docs/ledger.md is generated from these; tests compare them with what the code does. */
export interface ItemKind {
  name: string;
  /** One sentence. */
  about: string;
  /** As the page prints them, names in angle brackets: `order#<channel>/<connection>#<order ID>`. */
  keys: readonly Key[];
  /** Attributes besides the key. @see STORED_WITH_EACH */
  schema: z.ZodMiniObject;
  /** Where the schema is, with what each attribute means: its file in this folder, and its name there. */
  source: { file: string; schema: string };
  /** When DynamoDB deletes it, in words; undefined for what stays. */
  expiry: string | undefined;
  readers: readonly LedgerUser[];
  writers: readonly LedgerUser[];
  /** The later part of the project that reads and writes it first. Until then only its schema and its key exist. */
  filledBy?: string;
}

/** Attributes that the table adds to every item it puts: the mark of the write. */
export const STORED_WITH_EACH = ["written"] as const;

const STATES = "with its order: `retention.states` after it was first seen";
const ORDER_USERS = ["route-order", "create-order", "find-due", "operator"] as const;
/** route-order and reconcile call channels' APIs, create-order calls providers', and `npm run secrets -- --check` calls both. */
const CONNECTOR_USERS = ["route-order", "create-order", "reconcile", "operator"] as const;

export const ITEM_KINDS: readonly ItemKind[] = [
  {
    name: "order record",
    about:
      "What the ledger knows of an order, except its body: its state, its trace, what was decided and is to be sent.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "order" }],
    schema: OrderRecord,
    source: { file: "order-record.ts", schema: "OrderRecord" },
    expiry: "`retention.states` after it was first seen (400 days)",
    readers: [...ORDER_USERS, "reconcile"],
    writers: ["route-order", "create-order", "find-due", "operator"],
  },
  {
    name: "tombstone",
    about:
      "An order record without a body, in state `cancelled`: a cancellation or deletion came before anything else, so an older event that comes later is stale; or its buyer's data was erased.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "order" }],
    schema: OrderRecord,
    source: { file: "order-record.ts", schema: "OrderRecord" },
    expiry: "as an order record",
    readers: ["route-order", "find-due", "reconcile", "operator"],
    writers: ["route-order", "find-due", "operator"],
  },
  {
    name: "alias",
    about: "A member of a pack, under the key that its own order record would have; it names the pack.",
    keys: [{ pk: "order#<channel>/<connection>#<member's order ID>", sk: "order" }],
    schema: Alias,
    source: { file: "alias.ts", schema: "Alias" },
    expiry: "with the pack's record",
    readers: ["route-order", "reconcile"],
    writers: ["route-order"],
    filledBy: "the issue of Mercado Libre",
  },
  {
    name: "body",
    about:
      "The newest order that was taken, as the mapping made it, compressed; in S3 where it does not fit. Once the buyer's data is erased, an empty one, which nothing replaces and which expires with the order record.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "body" }],
    schema: BodyItem,
    source: { file: "order-body.ts", schema: "BodyItem" },
    expiry: "`retention.bodies` after its order was first seen (90 days)",
    readers: ORDER_USERS,
    writers: ["route-order", "find-due", "operator"],
  },
  {
    name: "delivery",
    about: "One order on its way to one destination.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "delivery#<provider>/<destination>#<generation>" }],
    schema: StoredDelivery,
    source: { file: "delivery.ts", schema: "Delivery" },
    expiry: STATES,
    readers: ORDER_USERS,
    writers: ["route-order", "create-order", "find-due", "operator"],
  },
  {
    name: "error text",
    about:
      "What a connector reported of a delivery last. It may quote the buyer, so it is kept as long as the body, and replaced by an empty one when the buyer's data is erased.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "error#<provider>/<destination>#<generation>" }],
    schema: z.extend(ErrorText, { v: Version }),
    source: { file: "error-text.ts", schema: "ErrorText" },
    expiry: "with the order's body: `retention.bodies` after it was first seen (90 days)",
    readers: ORDER_USERS,
    writers: ["route-order", "create-order", "find-due", "operator"],
  },
  {
    name: "unread order",
    about:
      "An order at which find-due could not look in its hour, because a read failed or a newer release wrote it. find-due looks at it again until it can be read.",
    keys: [{ pk: "order#<channel>/<connection>#<order ID>", sk: "unread" }],
    schema: UnreadOrder,
    source: { file: "unread-order.ts", schema: "UnreadOrder" },
    expiry: "`retention.states` after the last look that failed; at once when it was read again",
    readers: ORDER_USERS,
    writers: ["find-due"],
  },
  {
    name: "connection state",
    about:
      "What is remembered of a connection or an endpoint: how far reconcile has come, subscriptions, lifecycle, when tokens and secrets end.",
    keys: [
      { pk: "connection#<channel>/<connection>", sk: "state" },
      { pk: "endpoint#<channel>/<endpoint>", sk: "state" },
    ],
    schema: ConnectionState,
    source: { file: "connection-state.ts", schema: "ConnectionState" },
    expiry: undefined,
    readers: ["reconcile"],
    writers: ["reconcile"],
  },
  {
    name: "erasure request",
    about:
      "A request to erase the personal data of orders, a buyer or a shop, and how far it has been carried out. A copy of it is in S3 (`erasures/`), which survives a restore of the table.",
    keys: [{ pk: "erasure", sk: "<time received>#<event ID>" }],
    schema: ErasureRequest,
    source: { file: "erasure-request.ts", schema: "ErasureRequest" },
    expiry: "`retention.states` after it was received",
    readers: ["route-order", "find-due"],
    writers: ["route-order", "find-due", "operator"],
  },
  {
    name: "erasure walk",
    about: "The daily walk of the work list that works off the requests to erase data, and how far it has come.",
    keys: [ERASURE_WALK],
    schema: ErasureWalk,
    source: { file: "erasure-walk.ts", schema: "ErasureWalk" },
    expiry: undefined,
    readers: ["find-due", "operator"],
    writers: ["find-due"],
  },
  {
    name: "catalog row",
    about: "How one SKU is known at one destination: the operator's own mapping, imported by `npm run catalog`.",
    keys: [{ pk: "catalog#<provider>/<destination>", sk: "<SKU>" }],
    schema: CatalogItem,
    source: { file: "catalog.ts", schema: "CatalogEntry" },
    expiry: undefined,
    readers: ["create-order"],
    writers: ["operator"],
  },
  {
    name: "cache",
    about:
      "What a connector remembers for one account, shared by all environments of its function; and until when route-order and reconcile leave a channel's API alone, because it fails.",
    keys: [
      { pk: "provider#<provider>/cache#<provider>/<destination>", sk: "<name>" },
      { pk: "channel#<channel>/cache#<channel>/<connection>", sk: "<name>" },
    ],
    schema: CacheItem,
    source: { file: "cache.ts", schema: "CacheItem" },
    expiry: "when it is too old to be used; each connector says how long that is",
    readers: CONNECTOR_USERS,
    writers: CONNECTOR_USERS,
  },
  {
    name: "token",
    about: "A token of a connector, sealed with a key of its secret; accounts of one app share it.",
    keys: [
      { pk: "provider#<provider>/token", sk: "<name>" },
      { pk: "channel#<channel>/token", sk: "<name>" },
    ],
    schema: CacheItem,
    source: { file: "cache.ts", schema: "CacheItem" },
    expiry: "when the token ends",
    readers: CONNECTOR_USERS,
    writers: CONNECTOR_USERS,
  },
  {
    name: "lease",
    about: "Who may call something that takes one call at a time.",
    keys: [
      { pk: "provider#<provider>/lease#<name>", sk: "lease" },
      { pk: "channel#<channel>/lease#<name>", sk: "lease" },
    ],
    schema: LeaseItem,
    source: { file: "lease.ts", schema: "LeaseItem" },
    expiry: "an hour after its holder loses it",
    readers: [],
    writers: CONNECTOR_USERS,
  },
  {
    name: "cursor",
    about: "Up to where find-due has read the hours of the work list.",
    keys: [{ pk: "find-due", sk: "cursor" }],
    schema: FindDueCursor,
    source: { file: "find-due-cursor.ts", schema: "FindDueCursor" },
    expiry: undefined,
    readers: ["find-due"],
    writers: ["find-due"],
  },
];

/** The kind of a stored item; undefined for one that is not listed. */
export function kindOfItem(item: Item): ItemKind | undefined {
  const kinds = ITEM_KINDS.filter(({ keys }) =>
    keys.some(({ pk, sk }) => patternOf(pk).test(item.pk) && patternOf(sk).test(item.sk)),
  );
  if (kinds.length <= 1) return kinds[0];
  // An order's record, an alias and a tombstone share a key, for there can only be one of them.
  const isTombstone = item["state"] === "cancelled" && item["digest"] === undefined;
  const name = "packId" in item ? "alias" : isTombstone ? "tombstone" : "order record";
  return kinds.find((kind) => kind.name === name);
}

/** Of a key as the page prints it. A name has no `/` and no `#`; what ends a key may be anything. */
function patternOf(key: string): RegExp {
  const parts = key.split(/(<[^>]+>)/).filter((part) => part !== "");
  const patterns = parts.map((part, index) => {
    if (!part.startsWith("<")) return part;
    return index === parts.length - 1 ? "[\\s\\S]+" : "[^/#]+";
  });
  return new RegExp(`^${patterns.join("")}$`);
}
