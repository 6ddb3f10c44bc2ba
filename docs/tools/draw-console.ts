import { setTimeout as sleep } from "node:timers/promises";
import { Command } from "commander";
import { chromium } from "playwright-core";
import { findChromium } from "../../local/find-chromium.ts";
import { type LocalStack, startStack } from "../../local/stack.ts";

/** Orders that the picture shows, by shop. */
const ORDERS: Record<string, number> = {
  "shopify/demo": 5,
  "woocommerce/demo": 3,
  "squarespace/demo": 2,
  "standard/demo": 2,
};

/** On a busy machine a webhook may be answered late; the picture does without it. */
const MOST_OF_THEM = 8;

await new Command("npm run console-picture --")
  .description(
    "Starts the local stack, sends some orders, one of which is rejected, and takes a picture of the console.",
  )
  .option("--out <file>", "where to", "docs/console.png")
  .action(async ({ out }: { out: string }) => {
    const executablePath = findChromium();
    if (executablePath === undefined) throw new Error("There is no Chromium: run .ci/install-chromium.");
    const stack = await startStack();
    const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
    try {
      await sendOrders(stack);
      const page = await browser.newPage({ viewport: { width: 1180, height: 1060 }, colorScheme: "light" });
      await page.goto(stack.url);
      await page.getByText("MUG-1").first().waitFor({ timeout: 60_000 });
      await page.locator("figure canvas").first().waitFor();
      await page.screenshot({ path: out, fullPage: false });
      console.log(`${out} shows the overview of the local stack.`);
    } finally {
      await browser.close();
      await stack.stop();
    }
  })
  .parseAsync();

async function sendOrders(stack: LocalStack): Promise<void> {
  for (const [path, count] of Object.entries(ORDERS)) {
    const [channel = "", connection = ""] = path.split("/");
    for (let sent = 0; sent < count; sent += 1) await stack.channels.find(channel, connection)?.send({});
  }
  await until(() => stack.sandbox.orders("kakaclo").length >= MOST_OF_THEM);
  // A SKU that no provider knows.
  await stack.channels.find("shopify", "demo")?.send({ order: { lines: [{ sku: "MUG-1", quantity: 2 }] } });
  await until(() => stack.deadLetters().some(({ messages }) => messages.length > 0));
}

async function until(what: () => boolean): Promise<void> {
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await sleep(200)) if (what()) return;
  throw new Error("The orders did not come through within 2 minutes.");
}
