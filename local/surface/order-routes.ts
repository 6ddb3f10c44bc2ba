import type { ReadTrace } from "../order-trace.ts";
import { ok, type Route, refused } from "./route.ts";

/** What the ledger knows of an order. */
export const orderRoutes = (readTrace: ReadTrace): Route[] => [
  {
    key: "GET /orders/{channel}/{connection}/{orderId}",
    async handle([channel = "", connection = "", orderId = ""]) {
      const trace = await readTrace({ channel, connection, orderId });
      return trace ? ok(trace) : refused(404, `No order ${orderId} of ${channel}/${connection} is known.`);
    },
  },
];
