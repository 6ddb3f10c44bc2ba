import { createHash } from "node:crypto";
import type { Identity } from "../shared/identity.ts";
import { type Delivery, reasonOf } from "../shared/ledger/delivery.ts";
import type { Ledger, OrderSnapshot } from "../shared/ledger/ledger.ts";
import { isHeldForOperator, isUnconfirmed } from "../shared/ledger/order-life.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";
import { isOnOpenList, NEEDS_OPERATOR, type WorkList } from "../shared/ledger/work-list.ts";
import { type Config, destinationPath, pathOf } from "../shared/stage/config.ts";
import { type Kind, kindOf } from "./next-step.ts";
import { withoutBuyer } from "./without-buyer.ts";

/** One delivery, or one held order, that an operator should look at. */
export interface WaitingOne {
  /** `shopify/main/820982911946154508` */
  order: string;
  /** Null where the order itself is held. */
  destination: string | null;
  kind: Kind;
  reason: string;
  reference: string | null;
  /** UTC ISO 8601. */
  since: string;
}

export interface WaitingGroup {
  destination: string | null;
  kind: Kind;
  /** The part that their reasons have in common; differences are `…`. */
  reason: string;
  /** Longest waiting first. */
  waiting: WaitingOne[];
}

interface WaitingOptions {
  progress?: (looked: number, of: number) => void;
  /** Then the reasons do not quote the buyer: those that differ by the buyer alone are one group. */
  readBody?: Ledger["readBody"];
}

/** Orders read side by side. */
const SIDE_BY_SIDE = 20;

/**
 * Everything that raises an alarm: deliveries and orders that need an operator, and of the deliveries that are retried
 * automatically those that are overdue, that fail because of configuration or credentials, or whose destination was
 * removed. Longest waiting first. Reads the deliveries themselves, since the index may lag. @param now epoch ms
 */
export async function waitingOnes(
  ledger: Pick<Ledger, "workList" | "load" | "unread">,
  config: Config,
  now: number,
  { progress = () => {}, readBody }: WaitingOptions = {},
): Promise<WaitingOne[]> {
  const paths = config.destinations.map(destinationPath);
  const late = new Date(now - config.timing.overdueAfter).toISOString();
  const entries: ListedEntry[] = [];
  for (const list of [...NEEDS_OPERATOR, "failing", "open", "unread"] as const) {
    for await (const entry of ledger.workList(list)) {
      const going = list === "open" && entry.workAt > late && paths.includes(entry.destination ?? "");
      if (!going) entries.push({ ...entry, list });
    }
  }
  const source = {
    load: (identity: Identity) => ledger.load(identity),
    unread: (identity: Identity) => ledger.unread(identity),
    ...(readBody && { readBody }),
  };
  const found: (WaitingOne | undefined)[] = [];
  for (let at = 0; at < entries.length; at += SIDE_BY_SIDE) {
    progress(at, entries.length);
    found.push(
      ...(await Promise.all(entries.slice(at, at + SIDE_BY_SIDE).map((entry) => waitingOne(entry, source, paths)))),
    );
  }
  return found.filter((one) => one !== undefined);
}

interface ListedEntry extends WorkEntry {
  list: WorkList;
}

/** What an entry of a list says of its order now; undefined where nothing waits any more. @param paths of the stage's destinations */
export async function waitingOne(
  { identity, destination, workAt: since, list }: ListedEntry,
  ledger: Pick<Ledger, "load" | "unread"> & Partial<Pick<Ledger, "readBody">>,
  paths: readonly string[],
): Promise<WaitingOne | undefined> {
  const order = `${pathOf({ channel: identity.channel, name: identity.connection })}/${identity.orderId}`;
  const unread = { order, since, destination: null, kind: "unread" as const, reference: null };
  if (list === "unread") {
    const mark = await ledger.unread(identity);
    const reason = "find-due could not read the order, so nothing of it is found if it is lost";
    return mark?.workAt === undefined ? undefined : { ...unread, since: mark.since, reason };
  }
  let file: OrderSnapshot | undefined;
  try {
    file = await ledger.load(identity);
  } catch (error) {
    // One order that this release cannot read must not hide the others.
    return { ...unread, reason: error instanceof Error ? error.message : String(error) };
  }
  if (!file) return undefined;
  const common = { order, since };
  if (destination === undefined) {
    if (!isHeldForOperator(file.record)) return undefined;
    const kind = isUnconfirmed(file.record) ? "unconfirmed" : "held";
    const reason = await unquoted(file.record.reason ?? "held", file, ledger);
    return { ...common, destination: null, kind, reason, reference: null };
  }
  const matches = (one: Delivery) => one.destination === destination && kindNow(one, paths) !== undefined;
  const delivery = file.deliveries.find((one) => matches(one) && one.workAt === since) ?? file.deliveries.find(matches);
  const kind = delivery && kindNow(delivery, paths);
  if (!kind) return undefined;
  const quoted = reasonOf(delivery) ?? "is queued; no attempt has been made yet";
  const reason = await unquoted(quoted, file, ledger);
  const { reference = null } = delivery;
  return { ...common, destination, kind, reason, reference };
}

/** The reason without the buyer, where the body can be asked who that is. */
async function unquoted(
  reason: string,
  { body }: OrderSnapshot,
  { readBody }: Partial<Pick<Ledger, "readBody">>,
): Promise<string> {
  if (!body || !readBody) return reason;
  try {
    return withoutBuyer(reason, await readBody(body));
  } catch {
    return "open the order: its reason may quote the buyer, whose data cannot be read now";
  }
}

function kindNow(delivery: Delivery, paths: readonly string[]): Kind | undefined {
  if (!isOnOpenList(delivery)) return kindOf(delivery);
  if (!paths.includes(delivery.destination)) return "removed";
  return delivery.workList === "failing" ? "failing" : "overdue";
}

/** By destination, kind and the common part of their reasons; the group that has waited longest first. */
export function grouped(ones: readonly WaitingOne[]): WaitingGroup[] {
  const groups = new Map<string, WaitingGroup>();
  for (const one of [...ones].sort((a, b) => a.since.localeCompare(b.since))) {
    const reason = commonReason(one);
    const key = JSON.stringify([one.destination, one.kind, reason]);
    const group = groups.get(key);
    if (group) group.waiting.push(one);
    else groups.set(key, { destination: one.destination, kind: one.kind, reason, waiting: [one] });
  }
  return [...groups.values()];
}

/** What a group has in common, as a key that fits into an address. No personal data: a hash. */
export const groupKey = ({ destination, kind, reason }: Omit<WaitingGroup, "waiting">): string =>
  createHash("sha256")
    .update(JSON.stringify([destination, kind, reason]))
    .digest("base64url")
    .slice(0, 12);

/**
 * The reason without the order's own IDs, SKUs, amounts and quoted texts. The destination's name and short numbers
 * stay: they are a provider's error codes.
 */
function commonReason({ reason, destination, order, reference }: WaitingOne): string {
  const own = [order, reference].filter((text) => text !== null);
  return own
    .reduce((text, mine) => text.replaceAll(mine, "…"), reason)
    .replace(/"[^"]*"/g, '"…"')
    .split(/(\s+)/)
    .map((word) => (isOwn(word, destination) ? word.replace(/[\p{L}\p{N}].*[\p{L}\p{N}]/u, "…") : word))
    .join("");
}

const isOwn = (word: string, destination: string | null): boolean => {
  const [bare = ""] = /[\p{L}\p{N}].*[\p{L}\p{N}]|/u.exec(word) ?? [];
  const short = bare.length <= 3 || /^\d{1,5}$/.test(bare);
  return /\d/.test(bare) && !short && !(destination !== null && word.includes(destination));
};
