import { gunzipSync } from "node:zlib";
import { eraseWalk, type WalkDeps } from "../../functions/find-due/erase-walk.ts";
import { findDue } from "../../functions/find-due/find-due.ts";
import { eraseOrder } from "../../shared/ledger/erase-order.ts";
import type { Erased } from "../../shared/ledger/erasure-request.ts";
import { createLedger } from "../../shared/ledger/ledger.ts";
import type { Item, Table } from "../../shared/ledger/table.ts";
import { bucketOf } from "./event-store.ts";
import { Relay, sampleOrder } from "./relay.ts";

export const DAY = 86_400_000;

/** What must not be found anywhere once it is erased: each part of a buyer's data has a word of its own. */
export const CANARY = /canary/i;

/** An order full of personal data. */
export const personalOrder = (changes: Record<string, unknown> = {}) =>
  sampleOrder({
    number: "#1001",
    note: "note-canary",
    buyer: { id: "buyer-1", name: "name-canary", email: "email-canary@example.com", phone: "+49 canary 1" },
    shippingAddress: {
      name: "Ada Canary",
      street1: "street-canary 1",
      city: "city-canary",
      country: "DE",
      phone: "phone-canary",
    },
    taxIds: [],
    ...changes,
  });

/** The relay with everything that erases data around it. */
export class ErasureRelay<Of extends Table = Table> extends Relay {
  readonly table: Of;
  readonly objects: Map<string, string>;

  constructor(table: Of, objects: Map<string, string> = new Map()) {
    super({ ledger: createLedger(table, bucketOf(objects), { now: () => this.clock }) });
    this.table = table;
    this.objects = objects;
  }

  private readonly toQueue = {
    sendToDestination: async (_destination: string, message: string) => this.send(message),
    sendToIntake: async () => {},
  };

  erase(orderId: string): Promise<Erased> {
    const { ledger, config, now } = this;
    const identity = { channel: "plain", connection: "main", orderId };
    return eraseOrder(identity, "operator", { ledger, config, now, queues: this.toQueue });
  }

  /** A pass of the walk. @param changes of what it works with */
  walk(changes: Partial<WalkDeps> = {}) {
    const { ledger, config, now, clock } = this;
    const deadline = clock + 50_000;
    return eraseWalk({ ledger, config, now, queues: this.toQueue, deadline, ...changes });
  }

  /** The walk of the next day. */
  nextWalk(days = 1) {
    this.clock += days * DAY;
    return this.walk();
  }

  due() {
    const { ledger, config, now, clock } = this;
    return findDue({ ledger, config, now, queues: this.toQueue, deadline: clock + 50_000 });
  }

  asks(subject: unknown, topic = "customers/redact") {
    return this.arrives({ kind: "erase", subject, topic });
  }

  record = (orderId: string) => this.ledger.order({ channel: "plain", connection: "main", orderId });
  file = (orderId: string) => this.ledger.load({ channel: "plain", connection: "main", orderId });
}

/** A large note is one word and random letters: the word is enough. */
const shortened = (text: string): string => text.replace(/[A-Za-z0-9+/]{200,}=*/g, "…");

/** Every attribute of every item, and every object, as text; what is compressed as it was before. */
export function everything(items: readonly Item[], objects: Map<string, string>): string[] {
  const plain = (value: unknown): unknown => (value instanceof Uint8Array ? gunzipSync(value).toString("utf8") : value);
  const texts = items.map((item) =>
    JSON.stringify(Object.fromEntries(Object.entries(item).map(([name, value]) => [name, plain(value)]))),
  );
  const stored = [...objects].map(([key, text]) => {
    const bytes = Buffer.from(text, "base64");
    const isZipped = bytes[0] === 0x1f && bytes[1] === 0x8b;
    return `${key} ${isZipped ? gunzipSync(bytes).toString("utf8") : text}`;
  });
  return [...texts, ...stored].map(shortened);
}
