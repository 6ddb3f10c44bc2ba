import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as deadLetters from "../../console/pages/dead-letters.ts";
import * as failed from "../../console/pages/failed.ts";
import * as overview from "../../console/pages/overview.ts";

test("what changes while a page is open moves no row: a button stays under the pointer", () => {
  const queue = (of: string, messages: number) => ({ name: `${of}-dlq`, of, kind: "destination", messages, hidden: 0 });
  const queues = deadLetters.merge(
    { queues: [queue("s2/us", 3), queue("kakaclo/eu", 0)] },
    { queues: [queue("kakaclo/eu", 9), queue("s2/us", 1)] },
  );
  deepEqual(queues, { data: { queues: [queue("s2/us", 1), queue("kakaclo/eu", 9)] }, news: 0 });

  const row = (where: string, count: number) => ({
    ...{ where, what: "rejected", reason: "no", count, since: null, href: "/console/failed" },
  });
  const page = (...waiting: ReturnType<typeof row>[]) => ({
    ...{ hours: 1, source: "", waiting, connections: [], destinations: [], times: [], charts: [] },
  });
  const rows = overview.merge(page(row("a", 1), row("b", 1)), page(row("b", 5), row("new", 1), row("a", 2)));
  deepEqual([rows.data.waiting, rows.news], [[row("a", 2), row("b", 5)], 1]);
  // Where nothing was listed, nothing moves that could be pressed.
  deepEqual(overview.merge(page(), page(row("a", 1))), { data: page(row("a", 1)), news: 0 });

  const one = { order: "shopify/main/1", destination: "s2/us", since: "", reason: "" };
  const cause = (key: string) => ({
    ...{ key, destination: "s2/us", kind: "rejected", reason: "", count: 1, firstAt: "", lastAt: "" },
    ...{ perHour: [], example: one, next: "", canSend: true },
  });
  const causes = (...keys: string[]) => ({ causes: keys.map(cause), count: 2, chosen: null, destinations: [] });
  const merged = failed.merge(causes("a", "b"), causes("b", "a"));
  equal(merged.data.causes.map(({ key }) => key).join(), "a,b");
});
