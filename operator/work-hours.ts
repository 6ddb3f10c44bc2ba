import type { Ledger } from "../shared/ledger/ledger.ts";
import type { WorkEntry } from "../shared/ledger/work-entry.ts";

const HOUR = 3_600_000;
/** Hours whose first entries are asked for ahead. Each hour is read from 10 shards; the SDK keeps 50 connections. */
const READ_AHEAD = 8;

/** How far a walk has come. */
export interface Looked {
  hours: number;
  of: number;
  /** Everything from here on was read, epoch ms. */
  since: number;
}

/** An entry of the work list, or an hour that is read to its end. */
export type HourStep = { entry: WorkEntry } | { looked: Looked };

/** Both ends are included, epoch ms; `from` is the later one. */
export interface Span {
  from: number;
  to: number;
}

/** Reads the work list hour by hour, newest first: a span, or only some of its shards. */
export const hoursBack = (ledger: Pick<Ledger, "walk">, span: Span, shards?: readonly number[]) =>
  readHours(ledger, [...hoursOf(span)], shards);

/**
 * Reads parts of the work list in this order; the first entries of the next ones are asked for ahead. Deliveries stand in
 * lists, so every entry is an order's. A reader may stop at any entry: nothing more is asked for then.
 */
export async function* readHours(
  ledger: Pick<Ledger, "walk">,
  hours: readonly Span[],
  shards?: readonly number[],
): AsyncGenerator<HourStep> {
  const open: Started[] = [];
  let begun = 0;
  try {
    for (const [index, { to }] of hours.entries()) {
      while (begun < hours.length && begun < index + READ_AHEAD) {
        const ahead = hours[begun];
        if (ahead) open.push(started(ledger.walk(ahead.from, ahead.to, shards)));
        begun += 1;
      }
      const [current] = open;
      if (!current) break;
      for (let next = await current.first; !next.done; next = await current.rest.next()) yield { entry: next.value };
      open.shift();
      yield { looked: { hours: index + 1, of: hours.length, since: to } };
    }
  } finally {
    await Promise.allSettled(open.map(({ rest }) => rest.return?.()));
  }
}

interface Started {
  first: Promise<IteratorResult<WorkEntry, unknown>>;
  rest: AsyncIterator<WorkEntry>;
}

function started(entries: AsyncIterable<WorkEntry>): Started {
  const rest = entries[Symbol.asyncIterator]();
  const first = rest.next();
  // It is thrown where this hour is read; a reader that stops before needs no word of it.
  first.catch(() => {});
  return { first, rest };
}

/** The hours of a span, newest first, each from its end to its start; the first and the last may be parts of one. */
export function* hoursOf({ from, to }: Span): Generator<Span> {
  for (let newest = from; newest >= to; ) {
    const start = Math.max(Math.floor(newest / HOUR) * HOUR, to);
    yield { from: newest, to: start };
    newest = start - 1;
  }
}
