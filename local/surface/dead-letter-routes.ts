import * as z from "zod/mini";
import type { QueuesAndBuckets } from "../aws/queues-and-buckets.ts";
import { listDeadLetters, redrive } from "../dead-letters.ts";
import { ok, type Route, readJson, refused } from "./route.ts";

const Redrive = z.strictObject({ queue: z.optional(z.string()), messageIds: z.optional(z.enum(["new", "kept"])) });

/** What failed, and moving it back. */
export const deadLetterRoutes = (queues: QueuesAndBuckets): Route[] => [
  { key: "GET /dead-letters", handle: () => ok(listDeadLetters(queues)) },
  {
    key: "POST /dead-letters/redrive",
    async handle(_parts, request) {
      const { queue, messageIds = "new" } = await readJson(request, Redrive);
      const moved = redrive(queues, queue === undefined ? { messageIds } : { queue, messageIds });
      return moved === undefined ? refused(404, `No dead-letter queue is called "${queue}".`) : ok({ moved });
    },
  },
];
