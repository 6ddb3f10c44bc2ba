import type { Marks } from "./payload.ts";

/** The service that "ships" the lines of an order that we created ourselves. */
export const OURSELVES = "Order Relay";

/** As the provider of the same name writes it into tags and note (docs/providers/shoplazza.md). */
const MARK = /^ext:[^\s,]+$/i;

/**
 * Whether Order Relay created the order in this shop, for another channel: it bears our mark as a tag, or in the note,
 * as its first word or as a line of its own. One of the two is enough, since the shop's staff may change either. The
 * buyer's words (`customer_note`) and a mark in the middle of a sentence prove nothing.
 */
export const isOwnOrder = ({ tags, note }: Marks): boolean =>
  [...tagsOf(tags), ...marksOf(note)].some((text) => MARK.test(text));

export const tagsOf = (tags: Marks["tags"]): string[] =>
  [tags ?? []].flat().flatMap((text) => text.split(",").flatMap((tag) => tag.trim() || []));

/** Where a note may have the mark: the shop may have joined its lines, and staff may have written before it. */
const marksOf = (note = ""): string[] => [
  note.trimStart().split(/\s/, 1)[0] ?? "",
  ...note.split(/[\r\n]+/).map((line) => line.trim()),
];
