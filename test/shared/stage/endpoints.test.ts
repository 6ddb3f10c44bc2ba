import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { Config, pathOf } from "../../../shared/stage/config.ts";
import { ambiguousConnections, connectionAt, endpointsOf } from "../../../shared/stage/endpoints.ts";

interface Written {
  endpoints?: z.input<typeof Config>["endpoints"];
  connections: { name: string; endpoint?: string; shop?: string }[];
}

const stage = ({ endpoints, connections }: Written) =>
  z.parse(Config, {
    stage: "test",
    endpoints,
    connections: connections.map((connection, index) => ({ channel: "tiktok-shop", key: `K${index}`, ...connection })),
    destinations: [],
    routes: [],
  });

test("a connection has an endpoint of its own name, or one that it shares", () => {
  const url = "https://orders.example.com/webhooks/tiktok-shop/app";
  const endpoints = endpointsOf(
    stage({
      endpoints: [
        { channel: "tiktok-shop", name: "app", url },
        { channel: "tiktok-shop", name: "spare" },
      ],
      connections: [
        { name: "one", endpoint: "app", shop: "1" },
        { name: "two", endpoint: "app", shop: "2" },
        { name: "own" },
      ],
    }),
  );
  deepEqual(
    endpoints.map(({ connections, ...endpoint }) => [pathOf(endpoint), endpoint.url, connections.map(pathOf)]),
    [
      ["tiktok-shop/app", url, ["tiktok-shop/one", "tiktok-shop/two"]],
      ["tiktok-shop/own", undefined, ["tiktok-shop/own"]],
      ["tiktok-shop/spare", undefined, []],
    ],
  );
});

test("an endpoint that two connections share picks one by the event's shop, and no other", () => {
  const connections = [
    { name: "one", endpoint: "app", shop: "Shop-1" },
    { name: "two", endpoint: "app", shop: "shop-2" },
  ];
  const [endpoint] = endpointsOf(stage({ connections }));
  const picked = (shop: string | undefined) => endpoint && connectionAt(endpoint, shop)?.name;
  deepEqual(
    [picked("shop-1"), picked("SHOP-2"), picked("shop-3"), picked(""), picked(undefined)],
    ["one", "two", undefined, undefined, undefined],
  );
});

test("an endpoint of one connection takes its own shop, and any where the stage file names none", () => {
  const picked = (own: string | undefined, shop: string | undefined) => {
    const [endpoint] = endpointsOf(stage({ connections: [{ name: "one", ...(own !== undefined && { shop: own }) }] }));
    return endpoint && connectionAt(endpoint, shop)?.name;
  };
  deepEqual(
    [picked(undefined, "x"), picked(undefined, undefined), picked("x", undefined), picked("x", "X")],
    ["one", "one", "one", "one"],
  );
  equal(picked("x", "y"), undefined);
  equal(connectionAt({ connections: [] }, "x"), undefined);
});

test("connections that an event could not distinguish are named: without a shop, or with another's", () => {
  const found = ambiguousConnections(
    stage({
      connections: [
        { name: "one", endpoint: "app", shop: "1" },
        { name: "two", endpoint: "app" },
        { name: "three", endpoint: "app", shop: "1" },
        { name: "own" },
      ],
    }),
  );
  deepEqual(
    found.map(({ endpoint, connection, same }) => [endpoint.name, connection.name, same?.name]),
    [
      ["app", "two", undefined],
      ["app", "three", "one"],
    ],
  );
});

test("an address is https, and whole", () => {
  for (const url of ["http://a.example/x", "a.example/x", "https://a.example", "https:// a.example/x", ""]) {
    throws(() => stage({ endpoints: [{ channel: "square", name: "main", url }], connections: [] }), url);
  }
});
