import * as z from "zod/mini";
import { readJson } from "../../../shared/connector/read-json.ts";

/** Of the time only digits: with a point in it, `time.id` could be cut in another place. */
const Mark = z.object({
  eventCreated: z.union([z.int().check(z.minimum(0)), z.string().check(z.regex(/^\d{1,15}$/))]),
  // An ID of Ecwid's own sample lacks a digit: no UUID is required.
  eventId: z.string().check(z.minLength(1), z.maxLength(255)),
});

/**
 * What a webhook signs: `{eventCreated}.{eventId}`, and nothing else of its body.
 * https://docs.ecwid.com/build-apps/webhook-automations/setup-webhooks
 * @returns undefined if the body lacks either, or names it in another form
 * @throws MalformedEvent if the body is not JSON in UTF-8
 */
export function signedParts(body: Uint8Array): readonly string[] | undefined {
  const { data: mark } = z.safeParse(Mark, readJson(body));
  return mark && [`${mark.eventCreated}.${mark.eventId}`];
}
