import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { scanPages } from "../../../shared/connector/scan-pages.ts";
import { Deferred, Unavailable } from "../../../shared/errors.ts";

/** A list of numbers, `size` a page at most whatever was asked, `grow` new rows in front after each page. */
function list(count: number, { size = 10, grow = 0 } = {}) {
  let rows = Array.from({ length: count }, (_, index) => index);
  const asked: number[] = [];
  return {
    asked,
    page: async (_: number, received: number) => {
      asked.push(received);
      const page = { total: rows.length, rows: rows.slice(received, received + size) };
      rows = [...Array.from({ length: grow }, (_, index) => -rows.length - index), ...rows];
      return page;
    },
  };
}
const scan = (page: Parameters<typeof scanPages<number>>[0]["page"], maxPages = 100) =>
  scanPages<number>({ page, idOf: String, wanted: (row) => row === 34, maxPages });

test("reads to the total, and keeps what is wanted", async () => {
  const { page, asked } = list(35);
  deepEqual(await scan(page), { rows: [34], whole: true });
  deepEqual(asked, [0, 10, 20, 30]);
});

test("an empty list has been read whole", async () => {
  deepEqual(await scan(list(0).page), { rows: [], whole: true });
});

test("a bound that is reached is not the whole list", async () => {
  deepEqual(await scan(list(35).page, 3), { rows: [], whole: false });
});

test("rows that come in meanwhile push ours back, and it is still seen", async () => {
  deepEqual(await scan(list(35, { grow: 3 }).page), { rows: [34], whole: true });
});

test("a server that gives the same page for ever is found out", async () => {
  const page = async () => ({ total: 35, rows: [0, 1, 2] });
  deepEqual(await scan(page), { rows: [], whole: false });
});

test("a server that counts more than it shows is found out", async () => {
  const { page } = list(20);
  deepEqual(await scan(async (index, received) => ({ ...(await page(index, received)), total: 21 })), {
    rows: [],
    whole: false,
  });
});

test("time that runs out in the middle makes it inconclusive, at the start it comes again", async () => {
  const late = (from: number) => async (index: number, received: number) => {
    if (index >= from) throw new Deferred("no time", 0);
    return list(35).page(index, received);
  };
  equal((await scan(late(1))).whole, false);
  await rejects(scan(late(0)), Deferred);
});

test("a page that cannot be read ends the scan", async () => {
  await rejects(
    scan(async () => {
      throw new Unavailable("down");
    }),
    Unavailable,
  );
});
