import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { marshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import { checkedOrder } from "../../functions/route-order/checked-order.ts";
import { MalformedEvent } from "../../shared/errors.ts";
import { parseJson } from "../../shared/json.ts";
import { digestOf, packBody, unpackBody } from "../../shared/ledger/order-body.ts";
import { firstRecorded } from "../../shared/ledger/order-life.ts";
import { asciiJson } from "../../shared/messages/ascii-json.ts";
import { type Line, linesToShip, Order, oversize } from "../../shared/order.ts";
import { decide } from "../../shared/routing/decide.ts";
import { Config } from "../../shared/stage/config.ts";
import { NO_OBJECTS } from "../support/event-store.ts";
import { sampleOrder } from "../support/relay.ts";

const identity = { channel: "standard", connection: "main", orderId: "1" };
const noStore = {
  ...NO_OBJECTS,
  put: async () => {
    throw new Error("nothing here is too large for an item");
  },
};
const connection = { channel: "standard", name: "main", key: "st", maxOrderAge: "none" } as const;
const NOT_LISTED = { reconcileEvery: "off", reconcileMost: 1 } as const;
const config = z.parse(Config, {
  stage: "test",
  connections: [connection],
  destinations: [{ provider: "parcelworks", name: "one" }],
  routes: [{ from: ["standard/main"], to: ["parcelworks/one"] }],
});

/** Pseudo-random numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const AMOUNTS = ["1e400", "1e63", "-1e-62", "+.5", " 7.00 ", "9".repeat(64), 12.5, "0", "-0.0", "1e-400", "NaN"];
const TIMES = [
  "0000-01-01T00:00:00+01:00",
  "9999-12-31T23:59:59-01:00",
  "2026-02-28T23:59:60Z",
  "2026-11-01T12:00:00.123456789+14:00",
];
const TEXTS = [
  ...[
    "",
    "\u0000\u001b[31m",
    "\ud800",
    "X\uffffY",
    "\u202e",
    "\u{1F381}".repeat(127),
    "x".repeat(255),
    "x".repeat(256),
  ],
  ...["é".repeat(255), "x".repeat(10_000), "'; touch pwned; #", "\r\nBcc: all"],
];
const IDS = ["1", 820_982_911, "\u{1F381}".repeat(127), "x".repeat(255), "x".repeat(256), 1e21, "\uffff", "1;$(x)"];
const LISTS = [0, 1, 3];
const QUANTITIES = [0, 1, 2 ** 53, "2.0", "3e0", "-1", "999999999", 1.5];

const Fields = z.record(z.string(), z.unknown());

/** An order with hostile values in a few of its fields. */
function hostileOrder(roll: () => number): unknown {
  const one = <T>(values: readonly T[]): T | undefined => values[Math.floor(roll() * values.length)];
  const order = z.parse(Fields, structuredClone(sampleOrder({ id: "1" })));
  const [line = {}] = z.parse(z.array(Fields), order["lines"]);
  const many = (value: unknown) => Array.from({ length: one(LISTS) ?? 0 }, () => value);
  const changes: (() => void)[] = [
    () => (order["id"] = one(IDS)),
    () => (order["number"] = one(IDS)),
    () => (order[one(["updatedAt", "placedAt", "paidAt", "cancelledAt"]) ?? ""] = one(TIMES)),
    () => (order[one(["total", "tax", "discount", "refunded", "amountDue"]) ?? ""] = one(AMOUNTS)),
    () => (order["note"] = one(TEXTS)),
    () => (order["tags"] = many(one(TEXTS.slice(0, 8)))),
    () => (order["attributes"] = many({ name: one(TEXTS.slice(0, 8)), value: one(TEXTS.slice(0, 8)) })),
    () => (order["hold"] = { reason: one(TEXTS), until: one(TIMES) }),
    () => (line[one(["unitPrice", "discount", "customsValue"]) ?? ""] = one(AMOUNTS)),
    () => (line[one(["quantity", "quantityToShip"]) ?? ""] = one(QUANTITIES)),
    () => (line[one(["sku", "fulfilledBy", "title"]) ?? ""] = one(TEXTS)),
    () => (line["id"] = one(IDS)),
    () => (line["sourceIds"] = many(one(IDS))),
    () => (line["taxes"] = many({ rate: one(AMOUNTS), amount: one(AMOUNTS) })),
  ];
  for (let count = 1 + Math.floor(roll() * 3); count > 0; count--) one(changes)?.();
  order["lines"] = Array.from({ length: one([1, 1, 1, 1, 1, 1, 1, 1, 1, 2_001]) ?? 1 }, () => line);
  return order;
}

test("what Order accepts, it accepts again as it was stored, and it can be recorded, decided and sent", async () => {
  const roll = dice(7);
  let accepted = 0;
  for (let round = 0; round < 200; round++) {
    const parsed = Order.safeParse(readAsSent(hostileOrder(roll)));
    if (!parsed.success) continue;
    accepted += 1;
    const order = checkedOrder(parsed.data);
    const digest = digestOf(order);
    const item = { v: 1 as const, freshness: "", digest, expiresAt: 0, ...(await packBody(identity, order, noStore)) };
    const again = await unpackBody(item, noStore);
    deepEqual(JSON.parse(JSON.stringify(again)), JSON.parse(JSON.stringify(order)));
    equal(digestOf(again), digest);

    const now = Date.parse("2026-11-01T12:00:00Z");
    const decision = decide(
      config,
      { ...connection, ...NOT_LISTED, silentAfter: 1, heldTooLong: 86_400_000, settings: {} },
      order,
      now,
    );
    const occasion = {
      ...{ now, topic: "order", eventId: "evt", receivedAt: "2026-11-01T12:00:00.000Z" },
      ...{ dueAfter: 1, holdLookAfter: 1, heldTooLong: 86_400_000 },
    };
    const facts = { digest, freshness: order.updatedAt, ...(order.number !== undefined && { number: order.number }) };
    const record = firstRecorded({ ...identity, orderId: order.id }, facts, decision, occasion, 1);
    ok(sizeOf(record) < 400_000, "the record fits an item");
    if (decision.destinations.length > 0) {
      const lines = linesToShip(order).map(({ id, quantity }) => ({ id, quantity }));
      ok(sizeOf({ lines }) < 390_000, "the lines that a delivery stores fit its item");
    }
    match(asciiJson({ orderId: order.id }), /^[\x20-\x7e]+$/);
  }
  ok(accepted > 60, `${accepted} of 200 were orders`);
});

/** @returns undefined where the reader refuses the JSON, as one of too many objects */
function readAsSent(order: unknown): unknown {
  try {
    return parseJson(JSON.stringify(order));
  } catch {
    return undefined;
  }
}

const sizeOf = (item: object): number => JSON.stringify(marshall({ ...item }, { removeUndefinedValues: true })).length;

const lines = (count: number, id = ""): Line[] =>
  Array.from({ length: count }, (_, index) => ({ id: `${id}${index}`, sku: "DEMO-1", quantity: 1 }));
const orderOf = (changes: Record<string, unknown>): Order => z.parse(Order, sampleOrder({ id: "1", ...changes }));

test("an order of 2,000 lines is sent; one of more is recorded, is due nowhere, and says why", () => {
  const routed = (count: number) =>
    decide(
      config,
      { ...connection, ...NOT_LISTED, silentAfter: 1, heldTooLong: 86_400_000, settings: {} },
      orderOf({ lines: lines(count) }),
      Date.now(),
    );
  deepEqual(routed(2_000).destinations, ["parcelworks/one"]);
  const { state, reason, destinations } = routed(2_001);
  deepEqual([state, destinations], ["not-routed", []]);
  match(reason ?? "", /^has 2001 lines to ship, and orders of more than 2000 are not sent/);
});

test("line IDs that a delivery's item could not hold are a reason not to send, too", () => {
  equal(oversize(lines(2_000, "820982911946154")), undefined);
  match(oversize(lines(2_000, "x".repeat(200))) ?? "", /^has line IDs of \d+ bytes/);
});

test("texts and lists beyond their limits are refused by the name of the field, whichever channel mapped them", () => {
  const [line = {}] = lines(1);
  for (const [field, changes] of [
    ["order.lines.0.sku", { lines: [{ ...line, sku: "x".repeat(256) }] }],
    ["order.lines.0.fulfilledBy", { lines: [{ ...line, fulfilledBy: "x".repeat(256) }] }],
    ["order.note", { note: "x".repeat(6_000_001) }],
    ["order.tags", { tags: Array.from({ length: 1_001 }, () => "") }],
    ["order.lines", { lines: lines(20_001) }],
    ["order.updatedAt", { updatedAt: "9999-12-31T23:59:59-01:00" }],
  ] as const) {
    let refused: unknown;
    try {
      checkedOrder({ ...orderOf({}), ...JSON.parse(JSON.stringify(changes)) });
    } catch (error) {
      refused = error;
    }
    ok(refused instanceof MalformedEvent, field);
    equal(refused.field, field);
    ok(!refused.reason.includes("xxx"));
  }
});
