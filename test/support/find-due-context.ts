import { findDue, type Pass } from "../../functions/find-due/find-due.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { createLedgerTable, type TestLedger } from "./ledger-table.ts";
import { newId, RouteOrderContext } from "./route-order-context.ts";

let tables = 0;

/** route-order and find-due on a table of their own: the due-time pass sees every order in it. */
export class FindDueContext extends RouteOrderContext {
  /** @param first whether no pass was ever made */
  static async open(started: TestLedger, first = false): Promise<FindDueContext> {
    const table = `ledger-${++tables}`;
    await createLedgerTable(started.client, table);
    const router = new FindDueContext(started, {}, table);
    // A stage that has been running: its first pass ever looks further back, hour by hour.
    if (!first) await router.ledger.moveDueCursor(router.clock);
    return router;
  }

  /** @param time that it has, ms */
  pass(time = 30_000): Promise<Pass> {
    const { config, ledger, queues, now } = this;
    return findDue({ config, ledger, queues, now, deadline: this.clock + time });
  }

  /** A paid order, recorded and sent now. */
  async sentOrder(): Promise<string> {
    const id = newId();
    await this.ordered({ id });
    return id;
  }

  /** Writes what create-order would have written of it. */
  async delivered(orderId: string, destination: string, changes: Partial<Delivery>): Promise<void> {
    const { record, deliveries } = await this.file(orderId);
    const { channel, connection, generation, expiresAt } = record;
    const before = deliveries.find((one) => one.destination === destination);
    const result = await this.ledger.putDelivery({
      ...{ v: 1, rev: (before?.rev ?? 0) + 1, channel, connection, orderId, destination, generation, expiresAt },
      ...{ state: "created", attempts: 1, tries: {}, failed: {}, providerOrderIds: [], firstSentAt: this.clock },
      ...changes,
    });
    if (result === "conflict") throw new Error("the test's own write met another");
  }
}
