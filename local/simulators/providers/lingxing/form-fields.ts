import type { SimulatorRequest } from "../../simulator.ts";

/** Fields of the token endpoints, from wherever vendors' SDKs and documents put them: query, urlencoded, multipart. */
export function formFields({ query, headers, body }: SimulatorRequest): Map<string, string> {
  const fields = new Map(query);
  const type = headers["content-type"] ?? "";
  if (/^application\/x-www-form-urlencoded\b/i.test(type)) {
    for (const [name, value] of new URLSearchParams(body.toString())) fields.set(name, value);
  }
  const [, quoted, plain] = /^multipart\/form-data;.*?\bboundary=(?:"([^"]+)"|([^;\s]+))/i.exec(type) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) return fields;
  for (const part of `\r\n${body.toString()}`.split(`\r\n--${boundary}`)) {
    const [, name, value] = /^\r\n[\s\S]*?\bname="([^"]*)"[\s\S]*?\r\n\r\n([\s\S]*)$/.exec(part) ?? [];
    if (name !== undefined && value !== undefined) fields.set(name, value);
  }
  return fields;
}
