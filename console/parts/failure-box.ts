import { html } from "htm/preact";
import type { VNode } from "preact";
import type { Failure } from "../shell.ts";
import { Command } from "./command.ts";

/** What went wrong, and the command that helps. */
export function FailureBox({ failure }: { failure: Failure }): VNode {
  return html`<section class="failure" role="alert">
    <h2>${failure.title}</h2>
    <p>${failure.sentence}</p>
    ${failure.command !== undefined && html`<${Command} text=${failure.command} />`}
  </section>`;
}
