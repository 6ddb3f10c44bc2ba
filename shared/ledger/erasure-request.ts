import { createHash } from "node:crypto";
import * as z from "zod/mini";
import { omit } from "../omit.ts";
import { ITEM_VERSION } from "../release.ts";
import type { Key } from "./table.ts";
import { Version } from "./version.ts";

/** Whose data to erase. A buyer is identified by the hash in order records. */
const Subject = z.union([
  z.object({ kind: z.literal("buyer"), buyer: z.string() }),
  z.object({ kind: z.literal("orders"), orderIds: z.array(z.string()) }),
  z.object({ kind: z.literal("shop") }),
]);

/** An order that cannot be erased yet, because of a delivery that is in flight or in doubt. */
const Waiting = z.object({ orderId: z.string(), reason: z.string() });

/**
 * A request to erase personal data (design.md, H5). Every daily walk repeats a request by buyer or shop until
 * `repeatUntil`, for events that are redriven later. Times UTC ISO 8601.
 */
export const ErasureRequest = z.object({
  v: Version,
  /** Counts the writes; each is conditional on the one before. */
  rev: z.int(),
  channel: z.string(),
  connection: z.string(),
  /** Our ID of the event that asked for it, or of the operator's command. */
  eventId: z.string(),
  /** Of an event that asks for more than one item holds: this item's position, from 0. An item has one buyer. */
  part: z.optional(z.int()),
  subject: Subject,
  /** When the event was received: it does not concern orders first seen later. */
  receivedAt: z.string(),
  /** Until when each daily walk repeats it. Absent if the request names orders. */
  repeatUntil: z.optional(z.string()),
  /** Orders erased so far. */
  erased: z.int(),
  /** Orders that could not be erased in the walk that began at `walk`, at most 100, with the reason. */
  waiting: z.optional(z.object({ walk: z.string(), orders: z.array(Waiting) })),
  /** When a walk first ended with nothing left to erase. Until `repeatUntil` it is repeated all the same. */
  clearedAt: z.optional(z.string()),
  /** When it was done: nothing is repeated any more. */
  doneAt: z.optional(z.string()),
  /** Epoch seconds; as long after the request as an order's states are kept. */
  expiresAt: z.int(),
});
export type ErasureRequest = z.infer<typeof ErasureRequest>;

type NewRequest = Omit<ErasureRequest, "v" | "rev" | "erased">;

/** A request of which nothing is carried out yet, as it is first written. */
export const newErasureRequest = (request: NewRequest): ErasureRequest => ({
  ...{ v: ITEM_VERSION, rev: 1, erased: 0 },
  ...request,
});

/** Order IDs in one item, which DynamoDB limits to 400 KB. */
const MOST_ORDERS = 500;

/** The requests for a list of orders: one for each 500. */
export function requestsForOrders(
  request: Omit<NewRequest, "subject" | "part">,
  orderIds: readonly string[],
): ErasureRequest[] {
  const parts = Array.from({ length: Math.ceil(orderIds.length / MOST_ORDERS) }, (_, part) => part);
  return parts.map((part) =>
    newErasureRequest({
      ...request,
      ...(part > 0 && { part }),
      subject: { kind: "orders", orderIds: orderIds.slice(part * MOST_ORDERS, (part + 1) * MOST_ORDERS) },
    }),
  );
}

const MOST_WAITING = 100;

/** What erasing an order came to. `erased before`: nothing was left. `waits`: what has to be finished first. */
export type Erased = "erased" | "erased before" | { waits: string };

/** One order of a request, and what erasing it came to. */
export interface ErasureStep {
  orderId: string;
  result: Erased;
}

/** The request after some of its orders were worked on. @param walk when the walk began, UTC ISO 8601 */
export const worked = (request: ErasureRequest, steps: readonly ErasureStep[], walk: string): ErasureRequest => ({
  ...withSteps(request, steps, walk),
  rev: request.rev + 1,
});

function withSteps(request: ErasureRequest, steps: readonly ErasureStep[], walk: string): ErasureRequest {
  const waiting = new Map(waitingIn(request, walk).map(({ orderId, reason }) => [orderId, reason]));
  for (const { orderId, result } of steps) {
    if (typeof result === "string") waiting.delete(orderId);
    else waiting.set(orderId, result.waits);
  }
  const orders = [...waiting].slice(0, MOST_WAITING).map(([orderId, reason]) => ({ orderId, reason }));
  const erased = request.erased + steps.filter(({ result }) => result === "erased").length;
  return { ...omit(request, "waiting"), erased, ...(orders.length > 0 && { waiting: { walk, orders } }) };
}

/** Orders that the walk could not erase. @param walk when it began */
export const waitingIn = ({ waiting }: ErasureRequest, walk: string): readonly z.infer<typeof Waiting>[] =>
  waiting?.walk === walk ? waiting.orders : [];

/**
 * The request after a whole walk. @returns the same object if nothing changes
 * @param walk when the walk began, UTC ISO 8601 @param now epoch ms
 */
export function walked(request: ErasureRequest, walk: string, now: number): ErasureRequest {
  const next = cleared(request, walk, now);
  return next === request ? request : { ...next, rev: request.rev + 1 };
}

/** A walk that began before the request was received may have missed its orders. */
function cleared(request: ErasureRequest, walk: string, now: number): ErasureRequest {
  if (request.doneAt !== undefined || request.receivedAt > walk || waitingIn(request, walk).length > 0) return request;
  const isOver = request.repeatUntil === undefined || request.repeatUntil <= walk;
  if (!isOver && request.clearedAt !== undefined && request.waiting === undefined) return request;
  const at = new Date(now).toISOString();
  return { ...omit(request, "waiting"), clearedAt: request.clearedAt ?? at, ...(isOver && { doneAt: at }) };
}

/**
 * A request for orders after they were worked on outside a walk. @param isWhole all of its orders were
 * @param now epoch ms
 */
export function settled(
  request: ErasureRequest,
  steps: readonly ErasureStep[],
  isWhole: boolean,
  now: number,
): ErasureRequest {
  const at = new Date(Math.max(now, Date.parse(request.receivedAt))).toISOString();
  const next = withSteps(request, steps, at);
  return { ...(isWhole ? cleared(next, at, now) : next), rev: request.rev + 1 };
}

/** One partition, so that a walk reads all requests in one query, oldest first. */
export const ERASURE_PK = "erasure";

type RequestId = Pick<ErasureRequest, "receivedAt" | "eventId" | "part">;

export const erasureKey = ({ receivedAt, eventId, part }: RequestId): Key => ({
  pk: ERASURE_PK,
  sk: `${receivedAt}#${eventId}${part === undefined ? "" : `#${part}`}`,
});

/** The copies of all requests in S3, for a restore of the table. */
export const ERASURE_COPIES = "erasures/";

/** Its copy in S3. An event ID of a queue is the sender's: hashed, it cannot break the key. */
export const erasureCopyKey = (request: RequestId): string =>
  `${ERASURE_COPIES}${createHash("sha256").update(erasureKey(request).sk).digest("hex")}`;
