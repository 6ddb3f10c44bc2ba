import { setTimeout as sleep } from "node:timers/promises";
import { http } from "../../shared/connector/http.ts";
import { Deferred } from "../../shared/errors.ts";
import { createTableCache, sealWith } from "../../shared/ledger/cache.ts";
import { catalogEntry } from "../../shared/ledger/catalog.ts";
import { withLease } from "../../shared/ledger/lease.ts";
import type { Table } from "../../shared/ledger/table.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import type { Provider, Tools } from "../providers/provider.ts";

/** Kept free after a call before the function's end, ms: to write down what came back. */
const RESULT_MARGIN = 1_000;
/** How often a lease that another call holds is asked for again, ms. */
const TURN_POLL = 250;

interface Options {
  provider: Pick<Provider, "name">;
  /** `kakaclo/demo` */
  destination: string;
  table: Table;
  /** Of one call, ms. */
  callTimeout: number;
  /** Epoch ms. */
  deadline: number;
  memory: Map<string, unknown>;
  now: () => number;
}

/** What a connector needs of the outside, for one record. */
export function createTools({ provider, destination, table, callTimeout, deadline, memory, now }: Options): Tools {
  const timeFor = (ms: number) => now() + ms + RESULT_MARGIN <= deadline;
  const needTime = (ms: number) => {
    if (!timeFor(ms)) throw new Deferred("the function's time is nearly over", now());
  };
  return {
    now,
    deadline,
    memory,
    cache: createTableCache(table, `cache#${destination}`, now),
    sealedCache: (key) => createTableCache(table, `token#${provider.name}#sealed`, now, sealWith(key)),
    catalog: (sku) => catalogEntry(table, destination, sku),
    async http({ timeout = callTimeout, ...request }) {
      // A call that the function's end would cut off is not begun: a frozen environment must not send later.
      needTime(timeout);
      return http({ ...request, timeout });
    },
    async wait(ms) {
      needTime(ms);
      await sleep(ms);
    },
    lease: (name, hold, work) =>
      withLease(table, `${provider.name}#${name}`, hold, work, {
        now,
        sleep,
        poll: TURN_POLL,
        waitUntil: deadline - RESULT_MARGIN - callTimeout,
      }),
    count(metric) {
      if (metric === "throttled") count("ProviderThrottled", { destination });
      if (metric === "price-difference") count("ProviderPriceDifference", { destination });
    },
  };
}
