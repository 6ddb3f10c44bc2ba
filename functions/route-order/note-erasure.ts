import type { Action } from "./action-of.ts";
import { type RecordDeps, type RouteContext, recordNote } from "./record-order.ts";

const NOTE = "erasure requested: data is not erased by itself yet; erase it by hand, `npm run erase` comes later";

/**
 * A request to erase personal data. Each order that it names says so in its trace. The caller logs and counts the request,
 * and a ticket is raised: the operator has to act on it.
 */
export async function noteErasure(
  { subject }: Extract<Action, { kind: "erase" }>,
  context: RouteContext,
  deps: RecordDeps,
): Promise<{ outcome: "erasure-requested" }> {
  const orderIds = typeof subject === "object" && "orderIds" in subject ? subject.orderIds : [];
  for (const orderId of orderIds) await recordNote(orderId, NOTE, context, deps);
  return { outcome: "erasure-requested" };
}
