import { html } from "htm/preact";
import type { ComponentChildren, VNode } from "preact";
import { useContext } from "preact/hooks";
import { ShellContext } from "../shell.ts";
import { Ago } from "./time.ts";

/** An empty list: "Nothing waits for you, last checked 4 s ago." @param children the sentence, without a full stop */
export function Empty({ children }: { children?: ComponentChildren }): VNode {
  const { at } = useContext(ShellContext);
  return html`<p class="empty">${children}, last checked <${Ago} at=${at} />.</p>`;
}
