import { type Answer, type Fault, json } from "../../simulator.ts";
import type { ShoplazzaSwitches } from "./switches.ts";

type Faults = Readonly<Record<string, Fault<ShoplazzaSwitches>>>;

const unprocessable = (...errors: string[]): Answer => json(422, { errors });
const internal = (reason: string): Answer => json(500, { errors: [reason] });

/** Reasons 1 to 5 of the document's 422: surely not created. */
const refused: Faults = {
  "422-1-shipping-address": { instead: () => unprocessable("The shipping address does not pass") },
  "422-1-address-is-nil": { instead: () => unprocessable("ShippingAddress is nil") },
  "422-2-settings": { instead: () => unprocessable("Get transaction settings error;not exists checkout setting") },
  "422-3-line-items": { instead: () => unprocessable("Failed to create order line items", "record_not_found") },
  "422-4-calculate": { instead: () => unprocessable("create_order_calculate_failed", "order price calculate error") },
  "422-5-build": {
    instead: () => unprocessable("create_order_build_failed", "customer or paymentline information error"),
  },
  "422-required": { instead: () => unprocessable("TaxTotal is required") },
};

/** The answer does not show whether the order exists: each fault has a created and a not created variant. */
const ambiguous: Readonly<Record<string, (id: string) => Answer>> = {
  "422-6-batch-option": (id) => unprocessable(`order_id ${id} CreateOrderBatchOption failed`),
  "422-7-detail": () => unprocessable("Get Order Detail failed"),
  "422-8-inventory": () => unprocessable("DecreaseInventory failed"),
  "422-unknown": () => unprocessable("an undocumented error"),
  "406": () => json(406, { errors: ["Create order failed"] }),
  "500-aborted": () => internal("Aborted"),
  "500-not-found": () => internal("rpc error: code = NotFound desc = order not found"),
  "500-deadline-exceeded": () => internal("DeadlineExceeded"),
  "500-grpc-deadline": () => internal("rpc error: code = DeadlineExceeded desc = context deadline exceeded"),
};

export const shoplazzaFaults: Faults = {
  ...refused,
  ...Object.fromEntries(
    Object.entries(ambiguous).flatMap(([name, say]): [string, Fault<ShoplazzaSwitches>][] => [
      [`${name}-created`, { afterwards: (answer) => say(createdId(answer)) }],
      [`${name}-not-created`, { instead: () => say("00000-00000000") }],
    ]),
  ),
  "500-unimplemented": { instead: () => internal("Unimplemented") },
  "500-unauthenticated": { instead: () => internal("Unauthenticated") },
  "400-credentials": { instead: () => json(400, { error: "invalid access token" }) },
  "403-scope": { instead: () => json(403, { error: "write_order scope is required" }) },
  "store-not-active": { instead: () => unprocessableText("store is not active") },
  "old-cancelled-2xx": { switched: { answers: "old-cancelled" } },
};

const unprocessableText = (error: string): Answer => json(422, { error });

function createdId({ body }: Answer): string {
  const answer: unknown = JSON.parse(body.toString());
  return /"id":"([^"]+)"/.exec(JSON.stringify(answer))?.[1] ?? "";
}
