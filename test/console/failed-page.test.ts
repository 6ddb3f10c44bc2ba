import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { noFigures } from "../../console/figures/figures.ts";
import { page } from "../../console/pages/failed.ts";
import { DeliveryPointer } from "../../shared/ledger/delivery.ts";
import { onList } from "../../shared/ledger/work-list.ts";
import { deliveryOf, ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";
import { serveConsole } from "../support/served-console.ts";

const HOUR = 3_600_000;

test("a bulk retry sends what its preview counted, and nothing that began to wait after it", async (context) => {
  const now = Date.now();
  const orders = await ledgerOfOrders(now, now - 3 * HOUR);
  const reject = async (id: string, at: number) => {
    const record = recordOf(id, at);
    const reason = "the SKU X is not known there";
    await orders.put(record, deliveryOf(record, at, { state: "rejected", reason, ...onList("rejected", at) }));
  };
  for (const id of ["1", "2", "3"]) await reject(id, now - HOUR);
  const sent: string[] = [];
  const sendToDestination = async (_destination: string, message: string) => {
    sent.push(DeliveryPointer.parse(JSON.parse(message)).orderId);
  };
  const served = await serveConsole(SHOPS, { ledger: orders.ledger, table: orders.table });
  context.after(() => served.stop());
  const stage = { ...served.stage, queues: { ...served.stage.queues, sendToDestination } };
  const url = new URL("http://console/console/failed?destination=s2%2Fus");
  const visit = {
    ...{ stage, url, params: {}, now, figures: noFigures("none"), job: () => undefined },
    signal: new AbortController().signal,
  };

  const { retry } = page.acts;
  const plan = await retry.plan(visit, { destination: "s2/us" });
  equal(plan.agree, "Send 3");
  ok(plan.will.includes("leave alone what changes, or begins to wait, until then"));
  await reject("late", now + 1_000);
  // Older than the preview, and not in it: a clock that is behind.
  await reject("behind", now - 1_000);
  const agreed = z.parse(retry.input, plan.input);
  const done = await retry.run({ ...visit, now: now + 2_000 }, agreed, () => {});
  equal(done.said.startsWith("Sent 3 again"), true, done.said);
  deepEqual(sent.toSorted(), ["1", "2", "3"]);
});
