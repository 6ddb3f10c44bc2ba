import type { Delivery } from "../../../shared/ledger/delivery.ts";
import type { Outcome } from "../provider-context.ts";

/** What one fault of a simulator comes to. */
export interface FaultCase {
  /** Of the one call of `create` that it struck. */
  outcome: Outcome;
  /** Of the delivery, once create-order has nothing left to do. */
  state: Delivery["state"];
  /** How often create-order called the create until then. */
  creates: number;
  /** How often one call of the client's `create` calls it, where that repeats it by itself. Default 1. */
  repeats?: number;
  /** Of a delivery that was dead-lettered, once it was redriven without a fault. Default `created`. */
  afterRedrive?: Delivery["state"];
}

/** The order is made, and the answer says so whatever its headers say: JSON is read by content. */
export const MADE_SEEN: FaultCase = { outcome: "created", state: "created", creates: 1 };
/** The order is made; a look-up finds it. */
export const MADE_UNSEEN: FaultCase = { outcome: "in-doubt", state: "created", creates: 1 };
/** Nothing is made; a look-up says so, and it is made then. */
export const NOT_MADE_UNSEEN: FaultCase = { outcome: "in-doubt", state: "created", creates: 2 };
/** The order's data is refused: no second call. */
export const REFUSED: FaultCase = { outcome: "rejected", state: "rejected", creates: 1 };
/** Configuration or credentials are refused, once. */
export const MISCONFIGURED_ONCE: FaultCase = { outcome: "failed", state: "created", creates: 2 };
/** Surely not made, and the connector repeats the call by itself. */
export const REPEATED: FaultCase = { outcome: "created", state: "created", creates: 2, repeats: 2 };

/** The answer names an order of ours that is cancelled, and so does every look-up. */
export const OLD_CANCELLED: FaultCase = {
  outcome: "in-doubt",
  state: "rejected",
  creates: 1,
  afterRedrive: "rejected",
};

/** The faults of creates that every simulator has: reference/providers.md 0, design.md "in doubt". */
export const COMMON_FAULTS: Readonly<Record<string, FaultCase>> = {
  "timeout-after-create": MADE_UNSEEN,
  "reset-after-create": MADE_UNSEEN,
  "error-500-after-create": MADE_UNSEEN,
  "created-but-unreadable-2xx": MADE_UNSEEN,
  "empty-2xx": MADE_UNSEEN,
  "wrong-content-type": MADE_SEEN,
  "oversized-10mb": MADE_UNSEEN,
  "slow-drip": MADE_UNSEEN,
  slow: MADE_UNSEEN,
  "created-late": MADE_UNSEEN,
  "timeout-before-create": NOT_MADE_UNSEEN,
  "reset-before-create": NOT_MADE_UNSEEN,
  "error-500": NOT_MADE_UNSEEN,
  "unavailable-503": NOT_MADE_UNSEEN,
  "html-200": NOT_MADE_UNSEEN,
  redirect: NOT_MADE_UNSEEN,
  throttle: { outcome: "throttled", state: "created", creates: 2 },
  reject: REFUSED,
  duplicate: { outcome: "already-exists", state: "created", creates: 2 },
  "401-once": MISCONFIGURED_ONCE,
};

/** The faults of look-ups that every simulator has: none says that the order is not there. */
export const LOOK_UP_FAULTS: Readonly<Record<string, Outcome>> = {
  "lookup-down": "down",
  "lookup-timeout": "down",
  "lookup-unreadable": "down",
};
