import type { Client, Provider } from "../../../functions/providers/provider.ts";
import type { Delivery } from "../../../shared/ledger/delivery.ts";
import { createLedger } from "../../../shared/ledger/ledger.ts";
import type { Table } from "../../../shared/ledger/table.ts";
import type { Order } from "../../../shared/order.ts";
import { NO_OBJECTS } from "../../support/event-store.ts";
import { orderSample } from "../../support/order-sample.ts";
import { ProviderRelay } from "../../support/provider-relay.ts";
import { plain } from "../../support/relay.ts";
import type { ProviderContext, Setup } from "../provider-context.ts";

/** Where the orders go: a clock, and a client for each attempt. */
type Destination = Pick<ProviderContext, "open" | "now" | "pass">;

/** The real create-order with the real connector before its simulator, and the ledger in the same table. */
export class ContractRelay extends ProviderRelay {
  protected readonly channel = { ...plain, name: "shopify" };
  protected readonly provider: Provider;
  private readonly fixture: Destination;

  constructor(provider: Provider, fixture: Destination, table: Table, { settings = {}, missing = {} }: Partial<Setup>) {
    super(createLedger(table, NO_OBJECTS, { now: fixture.now }), {
      stage: "test",
      connections: [
        { channel: "shopify", name: "demo", key: "SHO1", since: "2026-01-01T00:00:00Z", maxOrderAge: "none" },
      ],
      destinations: [{ provider: provider.name, name: "demo", settings, missing }],
      routes: [{ from: ["shopify/demo"], to: [`${provider.name}/demo`] }],
    });
    this.provider = provider;
    this.fixture = fixture;
  }

  get clock(): number {
    return this.fixture.now();
  }

  set clock(to: number) {
    // Whole milliseconds, as every clock has: a backoff with jitter ends between two.
    this.fixture.pass(Math.max(0, Math.ceil(to - this.fixture.now())));
  }

  protected async open(deadline: number): Promise<Client> {
    return this.fixture.open(deadline);
  }

  /** Has route-order record the sample, and leaves its message on the queue. */
  async order(changes: Partial<Order> = {}): Promise<void> {
    await this.arrives({ order: { ...orderSample, ...changes } }, "demo");
  }

  /** As the ledger has it. @throws Error where there is none */
  async delivery(): Promise<Delivery> {
    const snapshot = await this.ledger.load({ channel: "shopify", connection: "demo", orderId: orderSample.id });
    const [delivery, ...others] = snapshot?.deliveries ?? [];
    if (!delivery || others.length > 0)
      throw new Error(`The sample has ${others.length + Number(!!delivery)} deliveries.`);
    return delivery;
  }
}
