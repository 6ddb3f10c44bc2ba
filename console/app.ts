import { html } from "htm/preact";
import type { ComponentChild } from "preact";
import type { View } from "./page.ts";
import { ActDialog } from "./parts/act-dialog.ts";
import { FailureBox } from "./parts/failure-box.ts";
import { Layout } from "./parts/layout.ts";
import { type Shell, ShellContext } from "./shell.ts";

interface AppProps {
  view: View<unknown> | undefined;
  shell: Shell;
  data: unknown;
  /** Rows that came while the reader looked at older ones. */
  news?: number;
  showNews?: () => void;
  busy?: boolean;
}

/**
 * A page with its frame; the same on the server and in the browser. A page that fails while it is open keeps the data
 * that it had, below what went wrong.
 */
export function App({ view, shell, data, news = 0, showNews, busy = false }: AppProps): ComponentChild {
  const url = new URL(shell.address, "http://console");
  const isShown = view !== undefined && data !== null;
  const failure = shell.failure ?? (isShown ? undefined : { title: "Not found", sentence: "There is no such page." });
  return html`<${ShellContext.Provider} value=${shell}>
    <${Layout} shell=${shell} news=${news} showNews=${showNews} busy=${busy}>
      ${failure && html`<${FailureBox} key="failure" failure=${failure} />`}
      ${isShown && html`<${view} key=${shell.page} data=${data} url=${url} />`}
    <//>
    <${ActDialog} />
  <//>`;
}
