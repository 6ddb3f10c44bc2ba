import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, type TestContext, test } from "node:test";
import { noFigures } from "../../console/figures/figures.ts";
import { orderHref } from "../../console/order-href.ts";
import { pages } from "../../console/pages.ts";
import { onList } from "../../shared/ledger/work-list.ts";
import { axeViolations, closeBrowser, NO_BROWSER, openPage, type WatchedPage } from "../support/browser.ts";
import { deliveryOf, type LedgerOfOrders, ledgerOfOrders, recordOf, SHOPS } from "../support/ledger-of-orders.ts";
import { type ServedConsole, serveConsole } from "../support/served-console.ts";

const HOUR = 3_600_000;
const NOW = Date.now();
const EVIL = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "javascript:alert(1)",
  "\u202eevil\u0000\u2028",
  "a/../../b?x=1#y%2f",
  `long ${"x".repeat(400)}`,
];
const menu = pages.filter(({ page }) => page.nav !== undefined && !page.localOnly).map(({ page }) => page.path);

async function served(context: TestContext | undefined, orders: LedgerOfOrders): Promise<ServedConsole> {
  const parts = { ledger: orders.ledger, table: orders.table };
  const console_ = await serveConsole(SHOPS, parts, { figures: () => noFigures("No figures here.") });
  context?.after(() => console_.stop());
  return console_;
}

async function show(page: WatchedPage, address: string): Promise<void> {
  await page.goto(address);
  await page.locator("h1").waitFor();
}

/** In the browser: the elements that make the page wider than its window. */
function widerThanPage(): string[] {
  if (document.documentElement.scrollWidth <= innerWidth) return [];
  return [...document.querySelectorAll("body *")]
    .filter((element) => element.getBoundingClientRect().right > innerWidth)
    .map(({ tagName, className, textContent }) => `${tagName}.${className} ${textContent?.slice(0, 40)}`);
}

describe("the pages, in a browser", { skip: NO_BROWSER }, () => {
  after(closeBrowser);

  test("an empty ledger: every page says that nothing waits, by keyboard, light and dark, on a phone", async (context) => {
    const { url } = await served(context, await ledgerOfOrders(NOW, NOW - HOUR));
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await openPage(context, { colorScheme, viewport: { width: 360, height: 740 } });
      for (const path of menu) {
        await show(page, url + path);
        deepEqual(await axeViolations(page), [], path);
        deepEqual(await page.evaluate(widerThanPage), [], path);
      }
      deepEqual(page.complaints(), []);
    }
  });

  test("hostile text in every field of an order is shown as text on every page", async (context) => {
    const orders = await ledgerOfOrders(NOW, NOW - 24 * HOUR);
    for (const [index, text] of EVIL.entries()) {
      const seen = NOW - HOUR - index * 60_000;
      const events = [{ at: new Date(seen).toISOString(), topic: text, outcome: text, eventId: text }];
      const tickets = [
        { at: new Date(seen).toISOString(), kind: "edited-after-sending" as const, text, about: [text] },
      ];
      const record = recordOf(text, seen, { number: text, reason: text, events, tickets, eventId: text });
      const delivery = { reason: text, reference: text, providerOrderIds: [text], notes: [text], resolvedBy: text };
      await orders.put(
        record,
        deliveryOf(record, seen, { ...delivery, state: "rejected", ...onList("rejected", seen) }),
      );
    }
    const { url } = await served(context, orders);
    const page = await openPage(context);
    const addresses = [...menu, ...EVIL.map((text) => orderHref(`shopify/main/${text}`))];
    const searches = EVIL.map((text) => `/console/orders?q=${encodeURIComponent(text)}`);
    for (const path of [...addresses, ...searches]) {
      await show(page, url + path);
      const injected = "main img, main script, main svg[onload], main [onerror], main a[href^='javascript']";
      equal(await page.locator(injected).count(), 0, path);
    }
    deepEqual(page.complaints(), []);
  });
});

describe("a page that is open", { skip: NO_BROWSER }, () => {
  after(closeBrowser);

  test("keeps what it shows and what the reader typed while AWS throttles, and when the console ends", async (context) => {
    const orders = await ledgerOfOrders(NOW, NOW - 24 * HOUR);
    const record = recordOf("1", NOW - HOUR);
    const waits = { state: "rejected" as const, reason: "no such SKU", ...onList("rejected", NOW - HOUR) };
    await orders.put(record, deliveryOf(record, NOW - HOUR, { ...waits, providerOrderIds: [] }));
    let throttles = false;
    const load: LedgerOfOrders["ledger"]["load"] = async (identity) => {
      if (throttles) throw Object.assign(new Error("Rate exceeded"), { name: "ThrottlingException" });
      return orders.ledger.load(identity);
    };
    const { url, stop } = await served(context, { ...orders, ledger: { ...orders.ledger, load } });
    const page = await openPage(context);
    await show(page, url + orderHref("shopify/main/1"));
    const typed = page.getByLabel("The provider's order ID");
    await typed.fill("S2-77");
    const keeps = async (title: string) => {
      await page.getByRole("alert").getByText(title).waitFor();
      equal(await typed.inputValue(), "S2-77");
      deepEqual(await axeViolations(page), []);
    };

    throttles = true;
    await keeps("AWS throttles this");
    throttles = false;
    await page.getByRole("alert").waitFor({ state: "detached" });
    equal(await typed.inputValue(), "S2-77");
    deepEqual(page.complaints(), []);
    stop();
    await keeps("The console does not answer");
  });
});

describe("100,000 orders in the ledger, 5,000 of them rejected", { skip: NO_BROWSER }, () => {
  let orders: LedgerOfOrders;
  let console_: ServedConsole;
  before(async () => {
    orders = await ledgerOfOrders(NOW, NOW - 8 * 24 * HOUR);
    for (let index = 0; index < 100_000; index += 1) {
      const seen = NOW - HOUR - Math.floor((index * 6.5 * 24 * HOUR) / 100_000);
      const record = recordOf(`8209${String(index).padStart(8, "0")}`, seen, { number: `#${index}` });
      const isBad = index % 20 === 0;
      const reason = `the SKU X-${index} is not known there`;
      const rejected = { state: "rejected" as const, reason, providerOrderIds: [], ...onList("rejected", seen) };
      await orders.put(record, deliveryOf(record, seen, isBad ? rejected : {}));
    }
    console_ = await served(undefined, orders);
  });
  after(async () => {
    console_?.stop();
    await closeBrowser();
  });

  test("every page of the menu is painted", async (context) => {
    const page = await openPage(context);
    for (const path of menu) {
      await page.goto(console_.url + path);
      const paint = await page.waitForFunction(
        () => performance.getEntriesByName("first-contentful-paint")[0]?.startTime,
      );
      context.diagnostic(`${path}: first paint after ${Math.round((await paint.jsonValue()) ?? 0)} ms`);
    }
    deepEqual(page.complaints(), []);
  });

  test("an order of 6 days ago is found by its number, its ID and our reference", async (context) => {
    const page = await openPage(context);
    const index = 92_345;
    const id = `8209${String(index).padStart(8, "0")}`;
    for (const words of [`#${index}`, id, `pm-${id}`]) {
      await page.goto(console_.url);
      const began = performance.now();
      await page.getByRole("searchbox").fill(words);
      await page.keyboard.press("Enter");
      await page.locator(`main a[href$='${id}']`).first().waitFor();
      context.diagnostic(`${words}: found after ${Math.round(performance.now() - began)} ms`);
    }
    deepEqual(page.complaints(), []);
  });
});
