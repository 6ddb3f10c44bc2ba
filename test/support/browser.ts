import { createRequire } from "node:module";
import type { TestContext } from "node:test";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import * as z from "zod/mini";
import { findChromium } from "../../local/find-chromium.ts";

const executablePath = findChromium();

/** For `skip` of a test that needs a browser. */
export const NO_BROWSER = executablePath === undefined ? "needs Chromium: .ci/install-chromium" : false;

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** A page that fails the test by what its console says: a refusal of the CSP, an error of a script. */
export interface WatchedPage extends Page {
  /** What the page's console said so far, errors only. */
  complaints(): string[];
}

let shared: Promise<Browser> | undefined;

/** One browser for a file's tests. */
export function launchBrowser(): Promise<Browser> {
  shared ??= chromium.launch({ ...(executablePath && { executablePath }), args: ["--no-sandbox", "--disable-gpu"] });
  return shared;
}

export async function closeBrowser(): Promise<void> {
  await (await shared)?.close();
  shared = undefined;
}

/** A page with a profile of its own, closed after the test. Requests that leave this machine are refused and reported. */
export async function openPage(context: TestContext, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const profile = await (await launchBrowser()).newContext(options);
  context.after(() => profile.close());
  const complaints: string[] = [];
  await profile.route("**", (route) => {
    const { hostname } = new URL(route.request().url());
    if (hostname === "127.0.0.1") return route.continue();
    complaints.push(`asked for ${route.request().url()}`);
    return route.abort();
  });
  const page = await profile.newPage();
  // A busy machine; what never comes is a failure all the same.
  page.setDefaultTimeout(90_000);
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  return Object.assign(page, { complaints: () => complaints });
}

const Violations = z.array(
  z.object({ id: z.string(), help: z.string(), nodes: z.array(z.object({ html: z.string() })) }),
);

/** What axe finds wrong with the page: rule and the first element of each. */
export async function axeViolations(page: Page): Promise<string[]> {
  // By the debugger's protocol: the page's own policy refuses added scripts.
  const { readFile } = await import("node:fs/promises");
  await page.evaluate(await readFile(AXE, "utf8"));
  const found: unknown = await page.evaluate("axe.run(document).then(({ violations }) => violations)");
  return z.parse(Violations, found).map(({ id, help, nodes }) => `${id}: ${help}: ${nodes[0]?.html}`);
}
