import { effect } from "@preact/signals";
import { html } from "htm/preact";
import { hydrate } from "preact";
import * as z from "zod/mini";
import { App } from "../app.ts";
import type { PageModule } from "../page.ts";
import { clock } from "../parts/time.ts";
import { type Failure, Sheet } from "../shell.ts";
import { busy, inFront, latest, live, navigate, news, sheet } from "./state.ts";
import { walkByKeys } from "./walk-by-keys.ts";

/** The part of a page that the browser has. */
type ClientPage = Pick<PageModule, "view" | "Data" | "merge">;

/** An e-mail address, or a name: an address of a page holds none. */
const PERSONAL = /@|^\p{L}[\p{L}'-]*( [\p{L}'-]+)+$/u;

/** No spinner before that, ms. */
const PATIENCE = 200;

/** The stream of changes broke off. */
const SILENT: Failure = {
  title: "The console does not answer",
  sentence:
    "What is shown is older. If its server has ended, start it again in the terminal, and open the new address.",
};

/** Hydrates the page that the server rendered, and keeps it fresh. */
export function start(pages: Record<string, ClientPage>): void {
  const root = document.getElementById("app");
  const text = document.getElementById("sheet")?.textContent;
  if (!root || !text) return;
  sheet.value = read(JSON.parse(text));

  hydrate(html`<${Root} />`, root);
  const tick = () => {
    clock.value = { now: Date.now(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone };
  };
  tick();
  setInterval(tick, 1000);
  walkByKeys();
  document.addEventListener("click", follow);
  document.addEventListener("submit", search);
  navigate.to = (address) => void show(address, "push");
  addEventListener("popstate", () => void show(`${location.pathname}${location.search}`, "stay"));
  document.addEventListener("visibilitychange", () => {
    inFront.value = document.visibilityState === "visible";
  });
  effect(listen);

  function Root() {
    const current = sheet.value;
    if (!current) return null;
    const { view } = pages[current.shell.page] ?? {};
    return html`<${App} view=${view} shell=${current.shell} data=${current.data} news=${news.value} showNews=${showNews} busy=${busy.value} />`;
  }

  function read(json: unknown): Sheet {
    const { shell, data } = z.parse(Sheet, json);
    const page = pages[shell.page];
    return { shell, data: page && !shell.failure ? z.parse(page.Data, data) : null };
  }

  function showNews(): void {
    if (latest.value) sheet.value = latest.value;
    news.value = 0;
  }

  /** What came by itself: nothing may move under the pointer. */
  function receive(fresh: Sheet): void {
    const shown = sheet.value;
    // What was read before stays, with what the reader typed: a throttled read must not take it away.
    if (shown && shown.data !== null && fresh.shell.failure) {
      const { at, title } = shown.shell;
      sheet.value = { shell: { ...fresh.shell, at, title }, data: shown.data };
      return;
    }
    latest.value = fresh;
    const { merge } = pages[fresh.shell.page] ?? {};
    if (!shown || !merge || shown.data === null || fresh.shell.failure) {
      sheet.value = fresh;
      news.value = 0;
      return;
    }
    const merged = merge(shown.data, fresh.data);
    sheet.value = { shell: fresh.shell, data: merged.data };
    news.value = merged.news;
  }

  /** Listens for as long as the address stays. The browser connects again by itself. */
  function listen(): (() => void) | undefined {
    const address = live.value;
    if (address === undefined) return undefined;
    const source = new EventSource(`/console/live?of=${encodeURIComponent(address)}`);
    source.addEventListener("sheet", ({ data }) => receive(read(JSON.parse(data))));
    source.addEventListener("same", ({ data }) => {
      const { value } = sheet;
      // `at` is when the data was read: while it cannot be read, it grows older.
      if (value && !value.shell.failure) sheet.value = { ...value, shell: { ...value.shell, at: Number(data) } };
    });
    source.addEventListener("error", () => {
      const { value } = sheet;
      if (value) receive({ shell: { ...value.shell, failure: SILENT }, data: null });
    });
    return () => source.close();
  }

  let shows = 0;
  /** Shows another address of ours without loading the frame again. The last press counts, not the slowest answer. */
  async function show(address: string, history: "push" | "stay"): Promise<void> {
    shows += 1;
    const own = shows;
    const waiting = setTimeout(() => {
      busy.value = true;
    }, PATIENCE);
    try {
      const answer = await fetch(address, { headers: { accept: "application/json" } });
      const next = read(await answer.json());
      if (own !== shows) return;
      const isOther = next.shell.page !== sheet.value?.shell.page;
      if (history === "push") window.history.pushState(null, "", next.shell.address);
      news.value = 0;
      latest.value = undefined;
      sheet.value = next;
      document.title = `${next.shell.title} · ${next.shell.stage}`;
      if (isOther && history === "push") {
        scrollTo(0, 0);
        document.getElementById("main")?.focus();
      }
    } catch {
      // The server ended, or answered without a page: the browser itself says so.
      if (own === shows) location.assign(address);
    } finally {
      clearTimeout(waiting);
      if (own === shows) busy.value = false;
    }
  }

  /** Links of our own. */
  function follow(event: MouseEvent): void {
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    const link = event.target instanceof Element ? event.target.closest("a[href]") : null;
    if (event.defaultPrevented || !isPlain || !(link instanceof HTMLAnchorElement)) return;
    if (link.origin !== location.origin || link.hash || link.download || link.target) return;
    event.preventDefault();
    void show(`${link.pathname}${link.search}`, "push");
  }

  /** Forms of method GET: filters and the search. */
  function search(event: SubmitEvent): void {
    const form = event.target;
    if (event.defaultPrevented || !(form instanceof HTMLFormElement) || form.method !== "get") return;
    event.preventDefault();
    const url = new URL(form.action);
    for (const [name, value] of new FormData(form)) {
      if (typeof value !== "string" || !value.trim()) continue;
      if (name === "q" && PERSONAL.test(value.trim())) url.searchParams.set("buyer", "");
      else url.searchParams.append(name, value.trim());
    }
    void show(`${url.pathname}${url.search}`, "push");
  }
}
