import { milliseconds } from "../shared/stage/duration.ts";
import { CommandError } from "./command-error.ts";
import type { WaitingOne } from "./waiting.ts";

/** Which of the waiting ones an operator means. */
export interface Filter {
  destination?: string;
  /** Waiting since this time or later, epoch ms. */
  since?: number;
  /** Part of the reason, in lower case. */
  reason?: string;
}

interface Words {
  destination?: string;
  since?: string;
  reason?: string;
}

/** @param words as typed @param now epoch ms @throws CommandError */
export const filterOf = ({ destination, since, reason }: Words, now: number): Filter => ({
  ...(destination !== undefined && { destination }),
  ...(since !== undefined && { since: timeOf(since, now) }),
  ...(reason !== undefined && { reason: reason.toLowerCase() }),
});

export const isEmpty = (filter: Filter): boolean => Object.keys(filter).length === 0;

/** Those that match every part of the filter. */
export const matching = (ones: readonly WaitingOne[], { destination, since, reason }: Filter): WaitingOne[] =>
  ones.filter(
    (one) =>
      (destination === undefined || one.destination === destination) &&
      (since === undefined || Date.parse(one.since) >= since) &&
      (reason === undefined || one.reason.toLowerCase().includes(reason)),
  );

/** @param words `2h`: that long ago; or UTC ISO 8601 */
export function timeOf(words: string, now: number): number {
  if (/^\d+(ms|s|m|h|d)$/.test(words)) return now - milliseconds(words);
  const at = /^\d{4}-\d\d-\d\d(T[\d:.]+Z)?$/.test(words) ? Date.parse(words) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new CommandError(`"${words}" is no time: write 2h, 3d, or a UTC time as in 2026-11-20T14:00:00Z.`);
}
