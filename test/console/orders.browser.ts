import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { orderHref } from "../../console/order-href.ts";
import { type LocalStack, startStack } from "../../local/stack.ts";
import { axeViolations, closeBrowser, NO_BROWSER, openPage, type WatchedPage } from "../support/browser.ts";
import { localAssembly } from "../support/local-assembly.ts";
import { until } from "../support/shop.ts";

const HOSTILE = `<img src=x onerror=alert(1)></script><script>alert(2)</script>"'\u202e{{7*7}}`;
const ID = 'a/b "c" %41<svg onload=alert(3)>';

describe("orders, causes and dead letters, in a browser", { skip: NO_BROWSER }, () => {
  let stack: LocalStack;
  let providers: readonly string[] = [];
  before(async () => {
    stack = await startStack({ assembly: await localAssembly() });
    providers = stack.sandbox.providers;
  });
  after(async () => {
    await closeBrowser();
    await stack.stop();
  });

  async function ordered(order: Record<string, unknown>): Promise<void> {
    const answer = await fetch(`${stack.url}/sandbox/channels/standard/demo/send`, {
      method: "POST",
      body: JSON.stringify({ order }),
    });
    equal(answer.status, 200, await answer.clone().text());
  }
  const statesOf = async (id: string) => {
    const answer = await fetch(`${stack.url}/orders/standard/demo/${encodeURIComponent(id)}`);
    const { deliveries = [] } = (await answer.json()) as { deliveries?: { destination: string; state: string }[] };
    return Object.fromEntries(deliveries.map(({ destination, state }) => [destination, state]));
  };
  const reaches = (id: string, wanted: string) =>
    until(
      async () => {
        const states = Object.values(await statesOf(id));
        return states.length === providers.length && states.every((state) => state === wanted);
      },
      90,
      () => statesOf(id),
    );
  const open = async (page: WatchedPage, path: string) => {
    await page.goto(`${stack.url}${path}`);
    await page.getByRole("heading", { level: 1 }).waitFor();
  };
  /** Presses the act, reads what it will do, agrees, and reads the result. */
  async function act(
    page: WatchedPage,
    name: string,
    agree: string | RegExp,
  ): Promise<{ plan: string; result: string }> {
    await page.getByRole("button", { name, exact: true }).first().click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("This will:").waitFor();
    const plan = await dialog.innerText();
    await dialog.getByRole("button", { name: agree, exact: true }).click();
    await dialog.locator(".done, .failure").waitFor();
    const result = await dialog.locator(".done, .failure").innerText();
    await dialog.getByRole("button", { name: "Close" }).click();
    return { plan, result };
  }

  test("hostile text in every field is text; a pasted ID finds the order; personal data is masked until asked for", async (context) => {
    const address = {
      name: HOSTILE,
      street1: HOSTILE,
      city: "Berlin",
      postcode: "10115",
      country: "DE",
      phone: "+49 30 1234567",
    };
    const line = { id: "1", sku: "NO-SUCH<script>alert(4)</script>", quantity: 1, title: HOSTILE, unitPrice: "5.00" };
    await ordered({
      id: ID,
      number: HOSTILE,
      note: HOSTILE,
      lines: [line],
      shippingAddress: address,
      buyer: { name: HOSTILE },
    });
    await reaches(ID, "rejected");

    const page = await openPage(context);
    await open(page, "/console/orders");
    await page.keyboard.press("/");
    await page.keyboard.type(ID);
    await page.keyboard.press("Enter");
    await page.getByRole("cell", { name: "channel's ID" }).waitFor();
    await page.keyboard.press("Escape");
    await page.locator("#main").focus();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Timeline" }).waitFor();
    equal(new URL(page.url()).pathname, orderHref(`standard/demo/${ID}`));

    ok(!(await page.content()).includes("+49 30 1234567"), "masked");
    await page.getByRole("button", { name: "Show address, buyer and whole reasons" }).click();
    await page.getByText("+49 30 1234567").first().waitFor();
    await page.getByRole("button", { name: "Show what the ledger stores" }).click();
    await page.locator("pre", { hasText: '"record"' }).waitFor();
    deepEqual(await axeViolations(page), []);

    for (const path of ["/console/orders", "/console/failed", "/console/dead-letters"]) {
      await open(page, path);
      await page.locator("[data-row]").first().waitFor();
      deepEqual(await axeViolations(page), [], path);
      ok(!/%2B49|1234567/.test(page.url()));
    }
    deepEqual(page.complaints(), []);
  });

  test("an e-mail address or a name that is pasted into the search is not put into the address", async (context) => {
    const page = await openPage(context);
    for (const words of ["ada@example.invalid", "Ada Byron"]) {
      await open(page, "/console/orders");
      await page.getByRole("searchbox").fill(words);
      await page.keyboard.press("Enter");
      await page.getByText("The search takes numbers, IDs and references").waitFor();
      ok(!/ada|byron/i.test(page.url()), page.url());
    }
    deepEqual(page.complaints(), []);
  });

  test("what an order's act will do is said first; it is done once, upon what was seen, and the trace names it", async (context) => {
    const id = "acts-1";
    await ordered({ id, lines: [{ id: "1", sku: "ACT-1", quantity: 1 }] });
    await reaches(id, "rejected");
    const page = await openPage(context);
    await open(page, orderHref(`standard/demo/${id}`));
    const [first = "", second = ""] = providers.map((provider) => `${provider}/demo`);

    await page.getByLabel(`Delivery to ${first}`).getByLabel("The provider's order ID").fill("X-77");
    const created = await act(page, `It is there: Record that ${first} has the order as X-77`, "Record it");
    match(created.plan, /cannot be undone/);
    match(
      created.plan,
      new RegExp(`npm run order -- --stage local standard/demo/acts-1 --destination ${first} --resolve created=X-77`),
    );
    match(created.result, new RegExp(`${first} is created`));
    // An act is done only upon what the page shows: it shows the first one by now.
    await page.getByLabel(`Delivery to ${first}`).getByText("created", { exact: true }).first().waitFor();
    const byHand = await act(page, `Record that it was done by hand at ${second}`, "Record it");
    match(byHand.result, new RegExp(`${second} is done-by-hand`));
    const states = await statesOf(id);
    deepEqual([states[first], states[second]], ["created", "done-by-hand"]);
    await page.locator(".events li", { hasText: `${second} resolved as done-by-hand by` }).waitFor();

    const erased = await act(page, "Erase the buyer's data", "Erase");
    match(erased.plan, /what was not sent never is/);
    await page.getByText("The buyer's data is erased.").first().waitFor();
    deepEqual(page.complaints(), []);
  });

  test("a cause: what is fixed is sent again, one order first, then all; each is created once", async (context) => {
    const ids = ["cause-1", "cause-2", "cause-3"];
    for (const id of ids) await ordered({ id, lines: [{ id: "1", sku: "CAUSE-1", quantity: 1 }] });
    for (const id of ids) await reaches(id, "rejected");
    const page = await openPage(context);
    const destination = `${providers[0]}/demo`;
    await open(page, `/console/failed?destination=${encodeURIComponent(destination)}`);
    await page.locator("article.cause", { hasText: "CAUSE-1" }).or(page.locator("article.cause")).first().waitFor();

    await open(page, `/console/catalog?destination=${encodeURIComponent(destination)}`);
    await page.getByLabel("CSV").fill("sku,providerSku,packSize\nCAUSE-1,DEMO-TEE-M,\nBAD,X,1.5\n");
    const imported = await act(page, `Show what changes: Import into the catalog of ${destination}`, "Import");
    match(imported.plan, /add 1/);
    match(imported.plan, /line 3: packSize is "1\.5"/);
    match(imported.result, /1 rows imported; 1 rows were invalid/);

    await open(page, `/console/failed?destination=${encodeURIComponent(destination)}`);
    const retried = await act(page, "Send all that match again", /^Send \d+$/);
    match(retried.plan, /\d × .*create it/);
    match(retried.result, /Sent \d+ again/);
    for (const id of ids)
      await until(
        async () => (await statesOf(id))[destination] === "created",
        60,
        () => statesOf(id),
      );
    const references = stack.sandbox.orders(providers[0] ?? "").map(({ reference }) => reference);
    equal(references.filter((reference) => ids.some((id) => reference?.endsWith(id))).length, ids.length);
    deepEqual(page.complaints(), []);
  });

  test("dead letters are looked at without being consumed, and a redrive clears those that have ended", async (context) => {
    const page = await openPage(context);
    const provider = providers[0] ?? "";
    const queue = `order-relay-local-${provider}-demo-dlq`;
    const count = () => stack.deadLetters().find(({ queue: name }) => name === queue)?.messages.length ?? 0;
    await until(async () => count() > 0, 60, count);
    const before = count();
    await open(page, `/console/dead-letters?queue=${queue}`);
    await page.getByRole("button", { name: /^Look at up to/ }).click();
    await page.getByRole("columnheader", { name: "What is known" }).waitFor();
    equal((await page.getByText("the delivery is created").count()) > 0, true);
    await page
      .getByRole("button", { name: /^Show the raw message/ })
      .first()
      .click();
    await page.locator("pre", { hasText: '"generation"' }).waitFor();
    // Others may arrive meanwhile; none is gone.
    ok(count() >= before, `${count()} of ${before}`);
    deepEqual(await axeViolations(page), []);
    const moved = await act(page, `Redrive the dead letters of ${provider}/demo`, "Start redrive");
    match(moved.plan, /× ends without a call/);
    match(moved.result, /\d+ messages? w(?:as|ere) moved/);
    deepEqual(page.complaints(), []);
  });
});
