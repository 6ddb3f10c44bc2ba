import { html } from "htm/preact";
import type { VNode } from "preact";
import { useState } from "preact/hooks";

/** A command with a button that copies it. */
export function Command({ text }: { text: string }): VNode {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => setCopied(true));
  };
  return html`<p class="command">
    <code tabindex="0">${text}</code>
    <button type="button" onClick=${copy} aria-label=${`Copy the command ${text}`}>${copied ? "copied" : "copy"}</button>
  </p>`;
}
