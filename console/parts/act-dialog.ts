import { signal } from "@preact/signals";
import { html } from "htm/preact";
import type { VNode } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import * as z from "zod/mini";
import { callAct, Refused } from "../client/call.ts";
import { jobAddress, watchJob } from "../client/watch-job.ts";
import type { Failure, Shell } from "../shell.ts";
import { Command } from "./command.ts";
import { FailureBox } from "./failure-box.ts";
import { type JobState, JobView } from "./job-view.ts";

const Plan = z.object({
  will: z.array(z.string()),
  undo: z.string(),
  command: z.optional(z.string()),
  agree: z.optional(z.string()),
  input: z.optional(z.unknown()),
});
const Started = z.object({ job: z.string() });

interface OpenedAct {
  /** Of the page on which the button is. */
  shell: Shell;
  act: string;
  label: string;
  input: unknown;
  name: string;
  isDangerous: boolean;
}

/** The act whose button was pressed. What was planned is what is run, whatever the page shows meanwhile. */
export const opened = signal<OpenedAct | undefined>(undefined);

/** Beside the page, not in it: a live page may take the button away as soon as the act is done. */
export function ActDialog(): VNode | null {
  const { value } = opened;
  return value === undefined ? null : html`<${Dialog} one=${value} />`;
}

/**
 * Says what the act will do, whether that can be undone, and the command that does the same; does it when the reader
 * agrees; and shows progress and result, which have an address.
 */
function Dialog({ one }: { one: OpenedAct }): VNode {
  const { shell, act, label, input, name, isDangerous } = one;
  const dialog = useRef<HTMLDialogElement>(null);
  const [plan, setPlan] = useState<z.infer<typeof Plan>>();
  const [failure, setFailure] = useState<Failure>();
  const [job, setJob] = useState<string>();
  const [isBusy, setBusy] = useState(false);

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
  useEffect(() => {
    dialog.current?.showModal();
    void attempt(async () => setPlan(await callAct(shell, { act, step: "plan", input, title: label }, Plan)));
  }, []);
  const agree = () =>
    attempt(async () => {
      const agreed = plan?.input ?? input;
      setJob((await callAct(shell, { act, step: "run", input: agreed, title: label }, Started)).job);
    });
  const close = () => dialog.current?.close();
  const closed = () => {
    opened.value = undefined;
  };

  return html`<dialog ref=${dialog} onClose=${closed} aria-label=${name} aria-busy=${isBusy ? "true" : "false"}>
    <h2>${name}</h2>
    ${!plan && !failure && html`<p class="quiet" role="status">reading what it would do</p>`}
    ${plan && job === undefined && html`<p>This will:</p><ul>${plan.will.map((sentence, index) => html`<li key=${index}>${sentence}</li>`)}</ul><p class="undo">${plan.undo}</p>`}
    ${plan?.command !== undefined && job === undefined && html`<p class="quiet">The same by command:</p><${Command} text=${plan.command} />`}
    ${failure && html`<${FailureBox} failure=${failure} />`}
    ${job !== undefined && html`<${LiveJob} id=${job} />`}
    <p class="buttons">
      <button type="button" onClick=${close}>${job === undefined ? "Cancel" : "Close"}</button>
      ${plan && job === undefined && html`<button type="button" class=${isDangerous ? "danger" : "primary"} disabled=${isBusy} onClick=${agree}>${plan.agree ?? "Do it"}</button>`}
    </p>
  </dialog>`;
}

/** A job as it goes on, from the server's events. */
function LiveJob({ id }: { id: string }): VNode {
  const [state, setState] = useState<JobState>();
  useEffect(() => watchJob(id, setState), [id]);
  return html`<div aria-live="polite">${state && html`<${JobView} job=${state} />`}<p class="quiet"><a href=${jobAddress(id)}>This result's own page</a></p></div>`;
}
