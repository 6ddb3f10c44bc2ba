import type { FetchDeps } from "../../functions/route-order/fetch-order.ts";
import type { IntakeMessage } from "../../functions/route-order/route-order.ts";
import { Misconfigured } from "../../shared/errors.ts";

/** For route-order with channels that have no API: it fetches nothing. */
export const noChannelApi: FetchDeps = {
  openClient: async () => {
    throw new Misconfigured("this channel has no API");
  },
  backoff: { run: (_connection, _deadline, call) => call() },
  now: Date.now,
};

/** A message of the intake queue, received for the first time. @param now epoch ms */
export const firstReceive = (body: string, now: number): IntakeMessage => ({
  ...{ messageId: "m1", body, receives: 1, sentAt: now, deadline: now + 59_000 },
});
