import type { Secret } from "./settings.ts";

/** The hosts of an application's environment. https://developer.ebay.com/api-docs/static/rest-request-components.html */
export const hostsOf = ({ environment }: Pick<Secret, "environment">) => {
  const domain = environment === "sandbox" ? "sandbox.ebay.com" : "ebay.com";
  return { api: `https://api.${domain}`, identity: `https://apiz.${domain}`, consent: `https://auth.${domain}` };
};

/** The header by which an application shows who it is when it asks for a token. */
export const basicOf = ({ clientId, clientSecret }: Pick<Secret, "clientId" | "clientSecret">): string =>
  `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString("base64")}`;
