/** Characters. Reasons quote what a sender or a provider wrote, and DynamoDB takes 400 KB of an item. */
const LONGEST_REASON = 1_000;

/** A reason as the ledger keeps it: cut to 1,000 characters, the last of them "…". */
export const shortReason = (text: string): string =>
  text.length <= LONGEST_REASON ? text : `${text.slice(0, LONGEST_REASON - 1).toWellFormed()}…`;
