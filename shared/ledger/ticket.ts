import * as z from "zod/mini";

export const TicketKind = z.enum([
  "edited-after-sending",
  "address-changed-after-sending",
  "not-routed",
  "held-too-long",
]);
export type TicketKind = z.infer<typeof TicketKind>;

/** Something about an order that the merchant wants to hear of (design.md P4). It is raised once. No personal data. */
export const Ticket = z.object({
  /** UTC ISO 8601. */
  at: z.string(),
  kind: TicketKind,
  destination: z.optional(z.string()),
  /** A sentence for the operator. */
  text: z.string(),
  /** What it was raised for. A ticket that is for nothing else is not raised again. */
  about: z.array(z.string()),
});
export type Ticket = z.infer<typeof Ticket>;

/** An order keeps this many of its newest tickets. */
const MOST = 20;

/** Those of `tickets` that are for something that none of `raised` was for. */
export const unraised = (tickets: readonly Ticket[], raised: readonly Ticket[] = []): Ticket[] =>
  tickets.filter(({ kind, destination, about }) => {
    const same = raised.filter((one) => one.kind === kind && one.destination === destination);
    const known = new Set(same.flatMap((one) => one.about));
    return about.some((what) => !known.has(what));
  });

/** The attribute of an order's record with those that are new. */
export function withTickets(raised: readonly Ticket[] | undefined, tickets: readonly Ticket[]): { tickets?: Ticket[] } {
  const fresh = unraised(tickets, raised);
  return fresh.length === 0 ? {} : { tickets: [...(raised ?? []), ...fresh].slice(-MOST) };
}

/** Those that a change of the record has added. */
export const newTickets = (after: readonly Ticket[] = [], before: readonly Ticket[] = []): Ticket[] =>
  after.filter((ticket) => !before.includes(ticket));
