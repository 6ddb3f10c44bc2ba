import * as z from "zod/mini";
import { type Answer, type CannedAnswers, json, readJson } from "../../simulator.ts";
import type { AkinonSwitches } from "./switches.ts";

export const detail = (status: number, text: string, headers: Record<string, string> = {}): Answer =>
  json(status, { detail: text }, headers);

/** Django's own pages for requests that reach no view. */
export const page = (status: number, title: string): Answer => ({
  status,
  headers: { "content-type": "text/html; charset=utf-8" },
  body: `<!doctype html><html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`,
});

/** A 400 in the form of the sibling endpoints: `{field:[…],code}`. */
export const invalid = (errors: object): Answer => json(400, { ...errors, code: "validation_error" });

export const nonFieldErrors = (text: string, { nonFieldErrors }: Pick<AkinonSwitches, "nonFieldErrors">): object => ({
  non_field_errors: nonFieldErrors === "text" ? text : [text],
});

/** Django REST framework's "Invalid pk". */
export const noSuchKey = (pk: number): string[] => [`Invalid pk "${pk}" - object does not exist.`];

/** No text is documented. (ASSUME) */
export function taken(number: string, switches: AkinonSwitches, status = Number(switches.duplicates) || 406): Answer {
  if (status === 400) {
    return invalid(nonFieldErrors("The fields channel, number must make a unique set.", switches));
  }
  const text = `Order with number ${number} already exists in this channel.`;
  return json(
    406,
    switches.duplicateBody === "field" ? { order: { number: [text] } } : { detail: text, code: "custom_406" },
  );
}

export const cannedAnswers = (switches: AkinonSwitches, addressOf: (request: unknown) => string): CannedAnswers => ({
  // The documents describe neither throttling nor its answer; this is DRF's own. (ASSUME)
  throttled: () => detail(429, "Request was throttled. Expected available in 1 second."),
  unauthorized: () => detail(401, "Invalid token.", { "www-authenticate": "Token" }),
  malformed: () => detail(400, "JSON parse error - Expecting value: line 1 column 1 (char 0)"),
  notFound: () => detail(404, "Not found."),
  serverError: () => page(500, "Server Error (500)"),
  rejected: (request) =>
    json(400, {
      ...nonFieldErrors(
        `Address is not valid. channel: ${switches.channelId} ${addressOf(readJson(request))}`,
        switches,
      ),
      code: "integrations_200_10_2",
    }),
  duplicate: (request) => taken(numberOf(readJson(request)), switches),
});

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export function numberOf(request: unknown): string {
  const order = isRecord(request) ? request["order"] : undefined;
  const number = isRecord(order) ? order["number"] : undefined;
  return typeof number === "string" ? number : "";
}

/** @returns the body, or DRF's map of all its errors, nested like the body */
export function check<Schema extends z.ZodMiniType>(
  schema: Schema,
  body: unknown,
): { ok: true; body: z.infer<Schema> } | { ok: false; errors: object } {
  const result = z.safeParse(schema, body);
  if (result.success) return { ok: true, body: result.data };
  const errors: Record<string, unknown> = {};
  for (const issue of result.error.issues) {
    const { path, message } = issue;
    if (issue.code === "unrecognized_keys") {
      for (const key of issue.keys) put(errors, [...path.map(String), key], "Unknown field.");
      continue;
    }
    const value = path.reduce<unknown>(
      (at, key) => (typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
      body,
    );
    const said =
      value === undefined ? "This field is required." : value === null ? "This field may not be null." : message;
    put(errors, path.length === 0 ? ["non_field_errors"] : path.map(String), said);
  }
  return { ok: false, errors };
}

function put(errors: Record<string, unknown>, [first = "", ...rest]: string[], message: string): void {
  const there = errors[first];
  if (rest.length === 0) errors[first] = [...(Array.isArray(there) ? there : []), message];
  else {
    const below = isRecord(there) ? there : {};
    errors[first] = below;
    put(below, rest, message);
  }
}
