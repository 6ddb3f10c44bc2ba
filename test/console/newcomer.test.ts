import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { axeViolations, closeBrowser, NO_BROWSER, openPage, type WatchedPage } from "../support/browser.ts";
import { localAssembly } from "../support/local-assembly.ts";

describe("the newcomer's path, in a browser", { skip: NO_BROWSER }, () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
  });
  after(async () => {
    await closeBrowser();
    await stack.stop();
  });

  const sendOrder = async (page: WatchedPage) => {
    await page.getByRole("button", { name: "Send an order" }).click();
    await page.waitForURL(/order=/);
  };

  test("start, page, send an order in the sandbox, see it created; the overview counts it", async (context) => {
    const page = await openPage(context);
    await page.goto(stack.url);
    await page.getByText("Nothing waits for you").waitFor();
    await sendOrder(page);
    const states = page.getByRole("cell", { name: "created" });
    await states.nth(stack.sandbox.providers.length - 1).waitFor();
    for (const provider of stack.sandbox.providers) equal(stack.sandbox.orders(provider).length, 1, provider);

    await page.getByRole("link", { name: "Overview" }).click();
    await page.locator("figure", { hasText: "orders recorded 1" }).waitFor();
    await page.locator("tr", { hasText: "shopify/demo" }).first().waitFor();
    deepEqual(await axeViolations(page), []);
    deepEqual(page.complaints(), []);
  });

  test("a provider rejects: the overview says it first, with the reason and without the buyer", async (context) => {
    const page = await openPage(context, { colorScheme: "dark", viewport: { width: 390, height: 800 } });
    await page.goto(`${stack.url}/console/sandbox`);
    await page.getByLabel("SKU").fill("MUG-1");
    await page.locator("select[name=connection]").selectOption("standard/demo");
    await sendOrder(page);
    // On a busy machine another provider may end as failed: its calls have 1.5 s.
    await page.getByRole("cell", { name: "rejected" }).first().waitFor();
    deepEqual(await axeViolations(page), []);
    await page.goto(stack.url);
    const row = page.locator("tr", { hasText: "MUG-1" }).first();
    await row.waitFor();
    const text = await row.innerText();
    match(text, /1 (rejected|failed)/);
    ok(!/Byron|Main Street|502/.test(text), text);
    equal(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth), 0);
    deepEqual(await axeViolations(page), []);
    deepEqual(page.complaints(), []);
  });

  test("j, k, Enter and / work without a mouse; the time has UTC on hover", async (context) => {
    const page = await openPage(context, { timezoneId: "Asia/Tokyo" });
    await page.goto(stack.url);
    await page.locator("[data-row] a").first().waitFor();
    await page.locator("time[title$=UTC]").first().waitFor();
    await page.keyboard.press("j");
    const first = await page.evaluate(() => document.activeElement?.getAttribute("href"));
    await page.keyboard.press("j");
    const second = await page.evaluate(() => document.activeElement?.getAttribute("href"));
    await page.keyboard.press("k");
    equal(await page.evaluate(() => document.activeElement?.getAttribute("href")), first);
    ok(second !== null && second !== first);
    await page.keyboard.press("/");
    equal(await page.evaluate(() => document.activeElement?.getAttribute("type")), "search");
    deepEqual(page.complaints(), []);
  });
});
