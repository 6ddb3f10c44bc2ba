import { Misconfigured } from "../errors.ts";

/** The code in the query of the address that a channel's consent page sent the browser to. @throws Misconfigured */
export function consentCode(query: URLSearchParams): string {
  const code = query.get("code");
  if (code) return code;
  throw new Misconfigured("The address that the browser was sent to has no code.");
}
