import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { after, before, beforeEach, describe, test } from "node:test";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { Relay } from "../support/relay.ts";

const DAY = 86_400_000;
const DESTINATION = "parcelworks/demo";

for (const { kind, skip } of QUICK_TABLES) {
  describe(`what a provider reports, which may quote the buyer, on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let relay: Relay;
    let last = 0;
    let id = "";
    before(async () => {
      started = await startLedger(kind, () => relay.clock);
    });
    after(() => started.stop());
    beforeEach(() => {
      relay = new Relay(started);
      id = `88${String(process.pid).padStart(7, "0")}${++last}`;
    });

    const itemOf = async (sk: string) => started.table.get({ pk: `order#plain/main#${id}`, sk });
    const deliveryItem = () => itemOf(`delivery#${DESTINATION}#1`);
    const reason = async () => (await relay.trace(id)).deliveries[0]?.reason;

    test("is an item of its own that DynamoDB deletes with the order's body; the delivery stays", async () => {
      relay.parcelworks.fates.push("rejected");
      await relay.ordered({ id });
      await relay.run();
      match((await reason()) ?? "", /no balance/);
      doesNotMatch(JSON.stringify(await deliveryItem()), /no balance/, "never in the item that lives 400 days");
      const [error, body] = [await itemOf(`error#${DESTINATION}#1`), await itemOf("body")];
      ok(error && body);
      match(String(error["text"]), /no balance/);
      equal(error["expiresAt"], body["expiresAt"]);
      // Expired, though DynamoDB has not deleted it yet.
      relay.clock += 90 * DAY;
      deepEqual([(await relay.trace(id)).deliveries[0]?.state, await reason()], ["rejected", null]);
    });

    test("beside a success it is shown, expires with the body, and leaves a note", async () => {
      relay.parcelworks.complaint = "Zoé Lefèvre's phone number is not valid";
      await relay.ordered({ id });
      await relay.run();
      const shown = async () => {
        const [delivery] = (await relay.trace(id)).deliveries;
        return [delivery?.state, delivery?.reason, delivery?.notes];
      };
      const note = "The provider created it and complained of something.";
      deepEqual(await shown(), ["created", "Zoé Lefèvre's phone number is not valid", [note]]);
      doesNotMatch(JSON.stringify(await deliveryItem()), /Zoé/, "never in the item that lives 400 days");
      equal((await itemOf(`error#${DESTINATION}#1`))?.["expiresAt"], (await itemOf("body"))?.["expiresAt"]);
      relay.clock += 90 * DAY;
      deepEqual(await shown(), ["created", null, [note]]);
    });

    test("is not read any more once the delivery has ended", async () => {
      relay.parcelworks.fates.push("down");
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      await relay.receive(message);
      ok(await reason());
      await relay.run();
      deepEqual([(await relay.trace(id)).deliveries[0]?.state, await reason()], ["created", null]);
      equal((await deliveryItem())?.["errorRev"], undefined);
    });

    test("is written before the delivery that names it: a function that dies in between changes nothing", async () => {
      relay.parcelworks.missingSku = "DEMO-TEE";
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      const { table } = started;
      const { put } = table;
      const written: string[] = [];
      table.put = async (item, condition) => {
        written.push(item.sk);
        return put(item, condition);
      };
      await relay.receive(message).finally(() => {
        table.put = put;
      });
      deepEqual(written, [`error#${DESTINATION}#1`, `delivery#${DESTINATION}#1`]);
    });

    test("without a body there is nothing to quote: our own words stay with the delivery", async () => {
      await relay.ordered({ id });
      relay.clock += 90 * DAY;
      const [message] = relay.queue;
      ok(message);
      await relay.receive(message);
      match((await reason()) ?? "", /body is no longer kept/);
      match(String((await deliveryItem())?.["reason"]), /body is no longer kept/);
      equal(await itemOf(`error#${DESTINATION}#1`), undefined);
    });

    test("what ended without an order is handled as what it is", async () => {
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      const lines = [{ id: "1", sku: "DEMO-TEE", quantity: 2, quantityToShip: 0 }];
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", lines });
      const handled = await relay.receive(message);
      ok(handled !== "killed");
      deepEqual([handled.outcome, handled.delivery?.state, handled.disposition], ["withdrawn", "withdrawn", "ack"]);
    });

    test("one cancelled after it failed is handled as cancelled", async () => {
      relay.parcelworks.fates.push("down");
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      await relay.receive(message);
      await relay.ordered({ id, updatedAt: "2026-11-01T11:00:00Z", cancelledAt: "2026-11-01T11:00:00Z" });
      relay.clock = message.visibleAt + DAY;
      const handled = await relay.receive(message);
      ok(handled !== "killed");
      deepEqual([handled.outcome, handled.delivery?.state, handled.disposition], ["cancelled", "cancelled", "ack"]);
    });
  });
}
