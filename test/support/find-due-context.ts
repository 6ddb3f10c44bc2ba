import { findDue, type Pass } from "../../functions/find-due/find-due.ts";
import type { Delivery } from "../../shared/ledger/delivery.ts";
import { createLedgerTable, type TestLedger } from "./ledger-table.ts";
import { newId, RouteOrderContext } from "./route-order-context.ts";

let tables = 0;

/** route-order and find-due on their own table: a due-time pass sees every order in it. */
export class FindDueContext extends RouteOrderContext {
  /** @param first whether the stage has made no pass yet */
  static async open(started: TestLedger, first = false): Promise<FindDueContext> {
    const table = `ledger-${++tables}`;
    await createLedgerTable(started.client, table);
    const context = new FindDueContext(started, {}, table);
    // As in a stage that has been running: the very first pass looks further back, hour by hour.
    if (!first) await context.ledger.moveDueCursor(context.clock);
    return context;
  }

  /** @param time until its deadline, ms */
  pass(time = 30_000): Promise<Pass> {
    const { config, ledger, queues, now, onTicket, onLateCancellation } = this;
    return findDue({ config, ledger, queues, now, onTicket, onLateCancellation, deadline: this.clock + time });
  }

  /** A paid order, recorded and sent now. */
  async sentOrder(): Promise<string> {
    const id = newId();
    await this.ordered({ id });
    return id;
  }

  /** Writes the delivery as create-order would. */
  async delivered(orderId: string, destination: string, changes: Partial<Delivery>): Promise<void> {
    const { record, deliveries } = await this.file(orderId);
    const { channel, connection, generation, expiresAt } = record;
    const before = deliveries.find((one) => one.destination === destination);
    const result = await this.ledger.putDelivery({
      ...{ v: 1, rev: (before?.rev ?? 0) + 1, channel, connection, orderId, destination, generation, expiresAt },
      ...{ state: "created", attempts: 1, tries: {}, failed: {}, providerOrderIds: [], firstSentAt: this.clock },
      ...changes,
    });
    if (result === "conflict") throw new Error("the test's write conflicts with another one");
  }
}
