import { equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { Throttled } from "../../shared/errors.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

test("Retry-After: 0 (a date that is over by our clock, too) is waited for like one that does not say when", async () => {
  const relay = new Relay(started);
  const asked: number[] = [];
  relay.parcelworks.client.create = async () => {
    asked.push(relay.clock);
    if (asked.length > 1000) throw new Error("asked again without a pause");
    throw new Throttled("too many requests", 0);
  };
  await relay.ordered({ id: "retry-after-0" });
  const [message] = relay.queue;
  ok(message);
  const handled = await relay.receive(message);
  ok(handled !== "killed");
  equal(handled.outcome, "throttled");
  ok(asked.length < 100, `${asked.length} calls in one receive`);
  ok(message.visibleAt > relay.clock, "and its message comes back later, not at once");
});

test("a Retry-After that says when is waited for inside the function where there is time", async () => {
  const relay = new Relay(started);
  const asked: number[] = [];
  const { create } = relay.parcelworks.client;
  relay.parcelworks.client.create = async (...args) => {
    asked.push(relay.clock);
    if (asked.length === 1) throw new Throttled("too many requests", 7_000);
    return create(...args);
  };
  await relay.ordered({ id: "retry-after-7" });
  await relay.run();
  equal((asked[1] ?? 0) - (asked[0] ?? 0), 7_000);
  equal(relay.parcelworks.live().length, 1);
});
