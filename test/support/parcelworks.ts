import * as z from "zod/mini";
import type { Client, Outgoing, Provider, SentLine } from "../../functions/providers/provider.ts";
import { AlreadyExists, InDoubt, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import { quantityToShip } from "../../shared/order.ts";

/** The fate of the next create. `killed`: the function dies there, and nothing after it runs. */
export type Fate =
  | "created"
  | "timeout-after-create"
  | "timeout-before-create"
  | "killed-before-create"
  | "killed-after-create"
  | "throttled"
  | "rejected"
  | "rejected-after-create"
  | "down"
  | "refused-key"
  | "duplicate"
  | "crash";

interface Held {
  id: string;
  reference: string;
  lines: SentLine[];
  cancelled: boolean;
  /** From when look-ups see it, epoch ms. */
  visibleAt: number;
}

/** Thrown through all code, so that nothing after it runs, as in a killed function. */
export class Killed extends Error {
  override readonly name = "Killed";
}

/** An invented provider whose server is this object: it keeps every order, refuses no duplicate, and obeys `fates`. */
export class Parcelworks {
  readonly held: Held[] = [];
  readonly fates: Fate[] = [];
  /** The step that is open after each creation. */
  step: string | undefined;
  /** The orders whose step was done, by ID, as often as it was done. */
  readonly stepsDone: string[] = [];
  /** Called during a step. */
  onStep: () => Promise<void> = async () => {};
  posts = 0;
  finds = 0;
  findFails = 0;
  searchable = true;
  lag = 0;
  missingSku = "";
  /** Beside each success, until it is "" again. */
  complaint = "";
  /** Called during a create. */
  onPost: () => Promise<void> = async () => {};
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  live(reference?: string): Held[] {
    return this.held.filter((one) => !one.cancelled && (reference === undefined || one.reference === reference));
  }

  readonly provider: Provider = {
    name: "parcelworks",
    title: "Parcelworks",
    settings: z.object({}),
    secret: z.object({}),
    reference: { maxLength: 40, characters: /^[\w-]+$/ },
    timing: { settling: 120_000, call: 10_000 },
    open: () => this.client,
  };

  readonly client: Client = {
    prepare: async ({ lines }: Outgoing) => {
      const missing = lines.find(({ sku }) => sku === this.missingSku);
      if (missing)
        throw new Rejected(`SKU ${missing.sku} is not known at parcelworks/demo; import it with npm run catalog`);
      const sent = lines.map((line) => ({
        id: line.id,
        sku: line.sku,
        quantity: quantityToShip(line),
        product: line.sku,
      }));
      return { request: {}, lines: sent };
    },

    create: async ({ lines }, { reference }) => {
      this.posts += 1;
      await this.onPost();
      const fate = this.fates.shift() ?? "created";
      const create = () => {
        const id = `P${this.held.length + 1}`;
        this.held.push({ id, reference, lines, cancelled: false, visibleAt: this.now() + this.lag });
        return { providerOrderIds: [id], ...this.openStep(), ...(this.complaint && { complaint: this.complaint }) };
      };
      switch (fate) {
        case "created":
          return create();
        case "timeout-after-create":
          create();
          throw new InDoubt("timeout after the request left");
        case "timeout-before-create":
          throw new InDoubt("timeout after the request left");
        case "killed-before-create":
          throw new Killed();
        case "killed-after-create":
          create();
          throw new Killed();
        case "throttled":
          throw new Throttled("too many requests");
        case "rejected":
          throw new Rejected("no balance");
        case "rejected-after-create":
          create();
          throw new Rejected("no balance");
        case "down":
          throw new Unavailable("connection refused");
        case "refused-key":
          throw new Misconfigured("parcelworks/demo: the key is refused");
        case "duplicate":
          throw new AlreadyExists("order exists");
        case "crash":
          throw new TypeError("a bug of ours after the request left");
      }
    },

    find: async ({ reference, lines }) => {
      this.finds += 1;
      if (this.findFails > 0) {
        this.findFails -= 1;
        throw new Unavailable("look-up down");
      }
      const seen = this.held.filter((one) => one.reference === reference && one.visibleAt <= this.now());
      const live = seen.find((one) => !one.cancelled);
      if (live) {
        const same = JSON.stringify(live.lines) === JSON.stringify(lines);
        return same
          ? { found: "same", providerOrderIds: [live.id], ...this.openStep() }
          : { found: "different", reason: `${live.id} has our reference and other lines` };
      }
      const [gone] = seen;
      if (gone)
        return { found: "cancelled", providerOrderIds: [gone.id], reason: `${gone.id} exists and is cancelled there` };
      return { found: "nothing", conclusive: this.searchable };
    },

    followUp: async (_step, ids) => {
      await this.onStep();
      this.stepsDone.push(...ids);
    },
  };

  private readonly openStep = () => (this.step === undefined ? {} : { followUp: this.step });
}
