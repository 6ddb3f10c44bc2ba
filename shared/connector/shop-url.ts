import * as z from "zod/mini";

/** The port is HTTPS's own: no call goes to another (allowed-host.ts). */
function isShop(text: string): boolean {
  const url = URL.parse(text);
  if (url?.protocol !== "https:") return false;
  return [url.port, url.username, url.password, url.search, url.hash].every((part) => part === "");
}

/** The address of a shop that has a host of its own, without a slash at the end: its API is below it. */
export const ShopUrl = z.pipe(
  z.string().check(z.refine(isShop, "write the shop's own address: https://shop.example or https://example.com/shop")),
  z.transform((text) => text.replace(/\/+$/, "")),
);
