import * as z from "zod/mini";

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * The address of a provider's API in its secret, without a slash at the end. Plain HTTP is allowed to this machine
 * only: every call carries the credentials.
 */
export const BaseUrl = z.pipe(
  z.string().check(
    z.refine((text) => {
      if (!URL.canParse(text)) return false;
      const { protocol, hostname, search, hash, username } = new URL(text);
      const safe = protocol === "https:" || (protocol === "http:" && LOOPBACK.has(hostname));
      return safe && !search && !hash && !username;
    }, "an https:// address without query, such as https://api.example.com"),
  ),
  z.transform((text) => text.replace(/\/+$/, "")),
);

/** A token or password that is sent in a header: with any other character, Node refuses to make the call. */
export const HeaderSecret = z.string().check(z.regex(/^[\x21-\x7e]+$/, "visible ASCII characters only"));
