import { html } from "htm/preact";
import type { VNode } from "preact";
import { useContext, useEffect, useRef, useState } from "preact/hooks";
import * as z from "zod/mini";
import { callAct, Refused } from "../client/call.ts";
import { jobAddress, watchJob } from "../client/watch-job.ts";
import { type Failure, ShellContext } from "../shell.ts";
import { Command } from "./command.ts";
import { FailureBox } from "./failure-box.ts";
import { type JobState, JobView } from "./job-view.ts";

const Plan = z.object({
  will: z.array(z.string()),
  undo: z.string(),
  command: z.optional(z.string()),
  agree: z.optional(z.string()),
});
const Started = z.object({ job: z.string() });

interface ActButtonProps {
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

/**
 * A button that says what it will do, whether that can be undone, and the command that does the same; does it when the
 * reader agrees; and shows progress and result, which have an address.
 */
export function ActButton({ act, label, input, hint, kind = "plain" }: ActButtonProps): VNode {
  const shell = useContext(ShellContext);
  const dialog = useRef<HTMLDialogElement>(null);
  const [plan, setPlan] = useState<z.infer<typeof Plan>>();
  const [failure, setFailure] = useState<Failure>();
  const [job, setJob] = useState<string>();
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);

  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);

  const attempt = async (work: () => Promise<void>) => {
    setBusy(true);
    setFailure(undefined);
    try {
      await work();
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      setFailure(error.failure);
    } finally {
      setBusy(false);
    }
  };
  const ask = () =>
    attempt(async () => {
      setPlan(undefined);
      setJob(undefined);
      setOpen(true);
      setPlan(await callAct(shell, { act, step: "plan", input, title: label }, Plan));
    });
  const agree = () =>
    attempt(async () => {
      setJob((await callAct(shell, { act, step: "run", input, title: label }, Started)).job);
    });
  const close = () => dialog.current?.close();

  return html`<span class="act">
    <button type="button" class=${kind} disabled=${shell.readOnly || isBusy} onClick=${ask} aria-label=${hint ?? label}
      title=${shell.readOnly ? "The console runs with --read-only" : (hint ?? label)}>${label}</button>
    ${
      isOpen &&
      html`<dialog ref=${dialog} onClose=${() => setOpen(false)} aria-label=${hint ?? label}>
        <h2>${hint ?? label}</h2>
        ${plan && job === undefined && html`<p>This will:</p><ul>${plan.will.map((sentence) => html`<li key=${sentence}>${sentence}</li>`)}</ul><p class="undo">${plan.undo}</p>`}
        ${plan?.command !== undefined && job === undefined && html`<p class="quiet">The same by command:</p><${Command} text=${plan.command} />`}
        ${failure && html`<${FailureBox} failure=${failure} />`}
        ${job !== undefined && html`<${LiveJob} id=${job} />`}
        <p class="buttons">
          <button type="button" onClick=${close}>${job === undefined ? "Cancel" : "Close"}</button>
          ${plan && job === undefined && html`<button type="button" class=${kind === "danger" ? "danger" : "primary"} disabled=${isBusy} onClick=${agree}>${plan.agree ?? "Do it"}</button>`}
        </p>
      </dialog>`
    }
  </span>`;
}

/** A job as it goes on, from the server's events. */
function LiveJob({ id }: { id: string }): VNode {
  const [state, setState] = useState<JobState>();
  useEffect(() => watchJob(id, setState), [id]);
  return html`<div aria-live="polite">${state && html`<${JobView} job=${state} />`}<p class="quiet"><a href=${jobAddress(id)}>This result's own page</a></p></div>`;
}
