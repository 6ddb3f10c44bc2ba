import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { Data } from "../../console/pages/orders.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import { NewerRelease } from "../../shared/release.ts";
import { ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";
import { serveConsole } from "../support/served-console.ts";

const HOUR = 3_600_000;

test("a page of the list ends after 50 rows, also where the 50th cannot be read; the next one begins there", async (context) => {
  // All in the hour that is read first.
  const now = Date.parse("2026-11-20T14:50:00Z");
  const orders = await ledgerOfOrders(now, now - 3 * HOUR);
  for (let index = 0; index < 120; index += 1) {
    await orders.put(recordOf(`o-${index}`, now - HOUR / 2 - index * 1000));
  }
  const load: Ledger["load"] = async (identity) => {
    if (identity.orderId === "o-49") throw new NewerRelease("This order");
    return orders.ledger.load(identity);
  };
  const served = await serveConsole(
    SHOPS,
    { ledger: { ...orders.ledger, load }, table: orders.table },
    { now: () => now },
  );
  context.after(() => served.stop());
  const pageAt = async (query: string) => {
    const answer = await fetch(`${served.url}/console/orders${query}`, { headers: { accept: "application/json" } });
    return z.parse(z.object({ data: Data }), await answer.json()).data;
  };
  const { rows = [], isFull } = await pageAt("");
  deepEqual([rows.length, isFull], [51, true]);
  equal(rows[49]?.state, "unread");
  const last = rows.at(-1);
  const next = await pageAt(`?after=${encodeURIComponent(`${last?.firstSeenAt}~${last?.order}`)}`);
  equal(next.rows?.[0]?.order, "shopify/main/o-51");
});
