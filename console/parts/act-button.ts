import { html } from "htm/preact";
import type { VNode } from "preact";
import { useContext } from "preact/hooks";
import { ShellContext } from "../shell.ts";
import { opened } from "./act-dialog.ts";

export interface ActButtonProps {
  /** Its name in the page's `acts`. */
  act: string;
  /** Of the button and of the result: "Send again". */
  label: string;
  /** As the act's `input` schema has it; JSON. */
  input: unknown;
  /** Beside others on the page, that differ: "Send again to s2/us". */
  hint?: string;
  kind?: "plain" | "primary" | "danger";
}

/** A button whose dialog (act-dialog.ts) says what the act will do, and does it when the reader agrees. */
export function ActButton({ act, label, input, hint, kind = "plain" }: ActButtonProps): VNode {
  const shell = useContext(ShellContext);
  // A reader who speaks to the page says what is on the button, so its name has that too.
  const name =
    hint === undefined || hint.toLowerCase().includes(label.toLowerCase()) ? (hint ?? label) : `${label}: ${hint}`;
  const open = () => {
    opened.value = { shell, act, label, input, name, isDangerous: kind === "danger" };
  };
  return html`<button type="button" class=${kind} disabled=${shell.readOnly} onClick=${open} aria-label=${name}
    title=${shell.readOnly ? "The console runs with --read-only" : name}>${label}</button>`;
}
