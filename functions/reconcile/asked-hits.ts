import { createHash } from "node:crypto";
import type { ConnectionState } from "../../shared/ledger/connection-state.ts";
import type { ChangedOrder } from "../channels/channel.ts";

/** Characters of a hit's hash in base64url: 72 bits, so that no two hits of a connection ever share one. */
const LENGTH = 12;
/** Hits remembered at most: 120 KB of the 400 KB that an item may have. */
const MOST = 10_000;
/** How long a hit is remembered once a pass has reached the end of the list, ms: longer than any client looks back. */
const KEPT = 3_600_000;

type Asked = NonNullable<ConnectionState["asked"]>;

/** A change of an order, as the list names it. */
export const hitOf = ({ id, changedAt = "", state = "" }: ChangedOrder): string =>
  createHash("sha256")
    .update(JSON.stringify([id, changedAt, state]))
    .digest("base64url")
    .slice(0, LENGTH);

/** The hits that earlier passes put on the intake queue. */
export const hitsIn = (asked: Asked = []): Set<string> =>
  new Set(asked.flatMap(({ hits }) => hits.match(new RegExp(`.{${LENGTH}}`, "g")) ?? []));

/**
 * The passes to be remembered, with the hits of this one. While the list has not been read to its end, all of them: the
 * next pass begins at the same time again and must get further. @param at UTC ISO 8601
 */
export function withHits(
  before: Asked = [],
  hits: readonly string[],
  { at, isWhole }: { at: string; isWhole: boolean },
): Asked {
  const oldest = isWhole ? new Date(Date.parse(at) - KEPT).toISOString() : "";
  const own = hits.length > 0 ? [{ at, hits: hits.join("") }] : [];
  const kept = [...before.filter((pass) => pass.at >= oldest), ...own];
  let count = 0;
  return kept
    .toReversed()
    .filter((pass) => {
      count += pass.hits.length / LENGTH;
      return count <= MOST;
    })
    .reverse();
}
