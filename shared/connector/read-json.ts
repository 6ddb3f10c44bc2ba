import { MalformedEvent } from "../errors.ts";
import { parseJson } from "../json.ts";

/**
 * Parses a request's body without losing a digit (shared/json.ts).
 * @throws MalformedEvent if it is not JSON in UTF-8
 */
export function readJson(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new MalformedEvent({ field: "body", problem: "is not JSON in UTF-8" });
  }
}
