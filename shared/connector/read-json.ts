import { MalformedEvent } from "../errors.ts";
import { parseJson } from "../json.ts";

/** The JSON of a request's body, a digit lost nowhere (shared/json.ts). @throws MalformedEvent for what is not JSON in UTF-8 */
export function readJson(body: Uint8Array): unknown {
  try {
    return parseJson(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    throw new MalformedEvent({ field: "body", problem: "is not JSON in UTF-8" });
  }
}
