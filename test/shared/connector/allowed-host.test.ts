import { equal } from "node:assert/strict";
import { test } from "node:test";
import { isAllowedHost } from "../../../shared/connector/allowed-host.ts";

test("a host is allowed by its whole name, a star for one label before it", () => {
  const hosts = ["api.ebay.com", "*.myshopify.com"];
  for (const [url, expected] of [
    ["https://api.ebay.com/x?y", true],
    ["https://API.EBAY.COM/", true],
    ["https://a.myshopify.com/admin", true],
    ["https://myshopify.com/", false],
    ["https://.myshopify.com/", false],
    ["https://a.b.myshopify.com/", false],
    ["https://evilmyshopify.com/", false],
    ["https://a.myshopify.com.evil.example/", false],
    ["https://api.ebay.com.:443/", false],
    ["https://api.ebay.com\\@evil.example/", true],
    ["https://evil.example\\@api.ebay.com/", false],
    ["http://api.ebay.com/", false],
  ] as const) {
    equal(isAllowedHost(url, hosts), expected, url);
  }
  equal(isAllowedHost("https://api.ebay.com/", []), false);
});
