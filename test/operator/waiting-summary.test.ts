import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, test } from "node:test";
import { waitingSummary } from "../../operator/waiting-summary.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";

const MINUTE = 60_000;

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

test("what waits is counted from the index, and one order a list and destination is read, however many wait", async () => {
  const relay = new Relay(started);
  equal((await waitingSummary(relay.ledger, relay.config, relay.clock)).length, 0);
  relay.parcelworks.fates.push("rejected", "rejected", "rejected");
  for (const id of ["1", "2", "3"]) {
    await relay.ordered({ id });
    await relay.run();
    relay.clock += MINUTE;
  }
  let loads = 0;
  const counted = {
    workList: relay.ledger.workList,
    unread: relay.ledger.unread,
    readBody: relay.ledger.readBody,
    load: (...args: Parameters<typeof relay.ledger.load>) => {
      loads += 1;
      return relay.ledger.load(...args);
    },
  };
  const [rejected, ...more] = await waitingSummary(counted, relay.config, relay.clock);
  deepEqual(more, []);
  deepEqual([rejected?.list, rejected?.destination, rejected?.count], ["rejected", "parcelworks/demo", 3]);
  equal(rejected?.first?.order, "plain/main/1");
  equal(rejected?.first?.since, rejected?.since);
  ok(loads <= 2, `${loads} loads`);
});
