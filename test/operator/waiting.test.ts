import { deepEqual, equal, match } from "node:assert/strict";
import { after, before, test } from "node:test";
import { grouped, waitingOnes } from "../../operator/waiting.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../support/ledger-table.ts";
import type { Fate } from "../support/parcelworks.ts";
import { Relay } from "../support/relay.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const always = (fate: Fate): Fate[] => Array.from({ length: 100 }, () => fate);

let started: TestLedger;
before(async () => {
  started = await startLedger(QUICK_TABLE);
});
after(() => started.stop());

const groupsOf = async (relay: Relay) =>
  grouped(await waitingOnes(relay.ledger, relay.config, relay.clock)).map(({ kind, destination, reason, waiting }) => ({
    kind,
    destination,
    reason,
    orders: waiting.map(({ order }) => order),
  }));

test("npm run failed names what the alarms ring for: failing at once, overdue after an hour, removed at any time", async () => {
  const refused = new Relay(started);
  refused.parcelworks.fates.push(...always("refused-key"));
  await refused.ordered({ id: "1" });
  await refused.run(MINUTE);
  const down = new Relay(started);
  down.parcelworks.fates.push(...always("down"));
  await down.ordered({ id: "2" });
  await down.run(30 * MINUTE);

  const failing = {
    ...{ kind: "failing", destination: "parcelworks/demo", orders: ["plain/main/1"] },
    reason: "parcelworks/demo: the key is refused",
  };
  deepEqual(await groupsOf(down), [failing]);

  await down.run(HOUR);
  const overdue = { ...failing, kind: "overdue", reason: "connection refused", orders: ["plain/main/2"] };
  deepEqual(await groupsOf(down), [failing, overdue]);

  down.config = { ...down.config, destinations: [] };
  down.clock -= HOUR;
  deepEqual(
    (await groupsOf(down)).map(({ kind, orders }) => [kind, ...orders]),
    [
      ["removed", "plain/main/1"],
      ["removed", "plain/main/2"],
    ],
  );
  match(JSON.stringify(await groupsOf(down)), /connection refused/);

  for (const relay of [refused, down]) {
    relay.parcelworks.fates.length = 0;
    relay.config = refused.config;
    await relay.run();
    equal(relay.parcelworks.live().length, 1);
  }
  deepEqual(await groupsOf(down), []);
});
