import { html } from "htm/preact";
import type { ComponentChildren, VNode } from "preact";
import type { Shell } from "../shell.ts";
import { Ago } from "./time.ts";

interface LayoutProps {
  shell: Shell;
  news: number;
  showNews?: () => void;
  busy: boolean;
  children?: ComponentChildren;
}

/** Navigation, search, stage, the page, and what is new. */
export function Layout({ shell, news, showNews, busy, children }: LayoutProps): VNode {
  const { nav, title, stage, place, readOnly, address, at, liveEvery } = shell;
  const path = address.split("?")[0];
  const current = (href: string) =>
    href === path || (href !== "/" && path?.startsWith(`${href}/`)) ? "page" : undefined;
  return html`<div class="frame">
    <a class="skip" href="#main">Skip to the page</a>
    <header>
      <a class="brand" href="/">Order Relay</a>
      <span class="stage" title=${place}>${stage}</span>
      ${readOnly && html`<span class="badge">read only</span>`}
      <nav aria-label="Pages">
        ${nav.map(({ href, label }) => html`<a key=${href} href=${href} aria-current=${current(href)}>${label}</a>`)}
      </nav>
      <form role="search" action="/console/orders" method="get">
        <input type="search" name="q" aria-label="Find an order: its number, ID or reference" placeholder="Number, ID or reference  /" autocomplete="off" spellcheck=${false} />
      </form>
    </header>
    <div class=${busy ? "bar busy" : "bar"} aria-hidden="true"></div>
    <main id="main" tabindex="-1" aria-busy=${busy ? "true" : "false"}>
      <div class="head">
        <h1>${title}</h1>
        <p class="checked" role="status">
          ${news > 0 && html`<button type="button" class="news" onClick=${showNews}>${news} new</button>`}
          ${liveEvery !== undefined && html`<span class="quiet">checked <${Ago} at=${at} /></span>`}
        </p>
      </div>
      ${children}
    </main>
    <footer class="quiet">Keys: <kbd>/</kbd> search, <kbd>j</kbd> <kbd>k</kbd> next and previous row, <kbd>Enter</kbd> open</footer>
  </div>`;
}
