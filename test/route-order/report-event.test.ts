import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { reportEvent } from "../../functions/route-order/report-event.ts";
import { Misconfigured, Unavailable } from "../../shared/errors.ts";
import { reportApiFailure } from "../../shared/telemetry/report-api-failure.ts";
import { ErasureRelay, personalOrder } from "../support/erasure-relay.ts";
import { linesWrittenBy, metricsIn } from "../support/lines-written-by.ts";
import { MemoryTable } from "../support/memory-table.ts";
import { newEvent } from "../support/route-order-context.ts";

test("the log has a duration as retryInMs and a moment as until, both in whole ms", async () => {
  const [routed, failing] = await linesWrittenBy(async () => {
    reportEvent({ outcome: "waiting", retryInMs: 1234.5, error: "Unavailable" }, { messageId: "m1", receives: 1 });
    reportApiFailure("market/north", new Unavailable("down"), 1_793_577_600_000.4);
  });
  deepEqual([routed?.["retryInMs"], routed?.["until"]], [1235, undefined]);
  deepEqual([failing?.["retryInMs"], failing?.["until"]], [undefined, 1_793_577_600_000]);
});

test("an app's ignored and unreadable events are counted at its endpoint, refused credentials at their connection", async () => {
  const event = newEvent("{}", { channel: "market", endpoint: "app" });
  const message = { messageId: "m1", receives: 1 };
  const lines = await linesWrittenBy(async () => {
    reportEvent({ outcome: "ignored", event, connection: "market/north", endpoint: "market/app" }, message);
    reportEvent({ outcome: "unknown-shop", event }, message);
    reportEvent({ outcome: "unreadable", retryInMs: 0, error: "MalformedEvent", event }, message);
    reportApiFailure("market/north", new Misconfigured("401"), 0);
  });
  const stage = process.env["STAGE"] ?? "none";
  deepEqual(metricsIn(lines), [
    { stage, endpoint: "market/app", EventsIgnored: 1 },
    { stage, endpoint: "market/app", EventsIgnored: 1 },
    { stage, endpoint: "market/app", EventsUnreadable: 1 },
    { stage, connection: "market/north", ChannelCredentialsRefused: 1 },
  ]);
});

test("orders whose buyer is hidden are counted for the stage; their log lines name the connection", async () => {
  const lines = await linesWrittenBy(async () => {
    const held = { outcome: "recorded", state: "held", connection: "market/north", isBuyerHidden: true } as const;
    reportEvent(held, { messageId: "m1", receives: 1 });
  });
  const stage = process.env["STAGE"] ?? "none";
  deepEqual(metricsIn(lines), [
    { stage, connection: "market/north", OrdersRecorded: 1 },
    { stage, BuyersHidden: 1 },
  ]);
  const events = lines.filter(({ message }) => message === "event.routed");
  deepEqual(
    events.map(({ connection, kind }) => [connection, kind]),
    [["market/north", "buyer-hidden"]],
  );
});

test("a request to erase or to export raises its ticket, unless all that it names is erased at once", async () => {
  const message = { messageId: "m1", receives: 1 };
  const lines = await linesWrittenBy(async () => {
    for (const outcome of ["erased", "erasure-requested", "data-requested"] as const) {
      reportEvent({ outcome, connection: "market/north" }, message);
    }
    // A marketplace notifies every app of each buyer who leaves.
    reportEvent({ outcome: "erasure-requested", connection: "market/north", everyShop: true }, message);
  });
  const stage = process.env["STAGE"] ?? "none";
  deepEqual(metricsIn(lines), [
    { stage, ErasuresRequested: 1 },
    { stage, DataRequested: 1 },
  ]);
});

test("a buyer who asks for their data: the log names the orders, or the buyer by ID and never by e-mail", async () => {
  const relay = new ErasureRelay(new MemoryTable());
  await relay.arrives({ order: personalOrder({ id: "1" }) });
  const ask = (subject: unknown) => relay.arrives({ kind: "export", subject, topic: "customers/data_request" });
  const lines = await linesWrittenBy(async () => {
    deepEqual((await ask({ orderIds: ["1", "9"] })).outcome, "data-requested");
    await ask({ buyerId: "191167" });
    await ask({ buyerId: "ada@example.com" });
  });
  const asked = lines.filter(({ message }) => message === "data.requested");
  deepEqual(
    asked.map(({ connection, orderId, buyer }) => [connection, orderId, buyer]),
    [
      ["main", "1", undefined],
      ["main", "9", undefined],
      ["main", undefined, "191167"],
      ["main", undefined, "[hidden]"],
    ],
  );
  deepEqual((await relay.trace("1")).events.at(-1)?.outcome, "the buyer asks for their data");
});
