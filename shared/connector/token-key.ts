import * as z from "zod/mini";

/**
 * Schema of the key of a connector's secret that encrypts its tokens in the table (access-token.ts).
 * @param when completes the description for the person who fills it in: "only with clientId"
 */
export const tokenKey = (when?: string) =>
  z
    .string()
    .check(z.regex(/^[A-Za-z0-9+/]{43}=$/, "is not 32 bytes in base64"))
    .register(z.globalRegistry, {
      description: [
        "32 random bytes in base64 (openssl rand -base64 32), which encrypt the tokens in the table",
        ...(when === undefined ? [] : [when]),
      ].join("; "),
    });
