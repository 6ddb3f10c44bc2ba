import { equal } from "node:assert/strict";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { operatorHttp } from "../../operator/operator-http.ts";

test("a call of the operator's commands names the release that package.json names", async () => {
  const server = createServer(({ headers }, response) => response.end(headers["user-agent"]));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const { text } = await operatorHttp({ method: "GET", url, timeout: 10_000 });
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    equal(text, `order-relay/${version}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
