import * as z from "zod/mini";
import { closestMatches } from "./closest-matches.ts";

// For issues without a sentence below: without a locale, zod/mini only says "Invalid input".
z.config(z.locales.en());

/** An issue of a schema, or of one alternative of a union. */
type Issue = z.core.$ZodRawIssue | z.core.$ZodIssue;

/**
 * Turns zod's issues into sentences that say what to write; a schema's own message takes precedence. It quotes values:
 * use it for stage files, never for secrets.
 */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  if (issue.code === "unrecognized_keys") {
    const fields = issue.inst instanceof z.ZodMiniObject ? Object.keys(issue.inst.shape) : [];
    return issue.keys.map((key) => noSuchField(key, fields)).join("; ");
  }
  const meant = issue.code === "invalid_union" ? issue.errors.filter(([first]) => isOfTheKind(first)) : [];
  if (meant.length > 0) {
    const sentences = meant.flatMap((issues) => issues.map(({ path, message }) => [...path, message].join(": ")));
    return [...new Set(sentences)].join(", or: ");
  }
  const wanted = wantedBy(issue);
  return wanted && `${found(issue.input)}; write ${wanted}`;
};

function noSuchField(name: string, fields: readonly string[]): string {
  const [near] = closestMatches(name, fields, Math.ceil(name.length / 3));
  return `there is no field "${name}"${near ? `: did you mean "${near}"?` : `; there are ${fields.join(", ")}`}`;
}

/** Whether the value has the type of this alternative of a union, so that the alternative was meant. */
const isOfTheKind = (first: z.core.$ZodIssue | undefined): boolean =>
  first !== undefined && !(first.path.length === 0 && ["invalid_type", "invalid_value"].includes(first.code));

function wantedBy(issue: Issue): string | undefined {
  switch (issue.code) {
    case "invalid_type":
      return KINDS[issue.expected];
    case "invalid_value":
      return issue.values.map((value) => (typeof value === "string" ? `"${value}"` : String(value))).join(" or ");
    case "too_small":
      return `${issue.inclusive ? `${issue.minimum} or more` : `more than ${issue.minimum}`}${unitOf(issue.origin)}`;
    case "too_big":
      return `${issue.inclusive ? `${issue.maximum} or less` : `less than ${issue.maximum}`}${unitOf(issue.origin)}`;
    case "invalid_format":
      return FORMATS[issue.format];
    case "invalid_union": {
      const each = issue.errors.map(([first]) => first && wantedBy(first));
      return [...new Set(each.filter((one) => one !== undefined))].join(" or ") || undefined;
    }
    default:
      return undefined;
  }
}

const unitOf = (origin: string): string => ({ string: " characters", array: " entries" })[origin] ?? "";

const KINDS: Record<string, string> = {
  string: 'text in quotes: "…"',
  number: "a number, without quotes",
  int: "a whole number, without quotes",
  boolean: "true or false, without quotes",
  array: "a list: […]",
  object: "an object: { … }",
  record: "an object: { … }",
};

const FORMATS: Record<string, string> = {
  datetime: 'a moment with its time zone: "2026-01-31T00:00:00Z"',
  date: 'a day: "2026-01-31"',
  url: 'an address: "https://example.com"',
  email: 'an e-mail address: "orders@example.com"',
  uuid: 'a UUID: "1ac48942-405a-4841-a7d8-708f50dbe888"',
};

function found(value: unknown): string {
  if (value === undefined) return "is missing";
  if (Array.isArray(value)) return "is a list";
  if (typeof value === "object" && value !== null) return "is an object";
  return `is ${typeof value === "string" ? `"${value}"` : String(value)}`;
}
