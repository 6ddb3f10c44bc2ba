import { html } from "htm/preact";
import type { VNode } from "preact";
import * as z from "zod/mini";
import { Time } from "./time.ts";

/** One run of an act, as console/jobs.ts has it. */
export const JobState = z.object({
  id: z.string(),
  title: z.string(),
  from: z.string(),
  startedAt: z.number(),
  endedAt: z.optional(z.number()),
  progress: z.optional(z.string()),
  done: z.optional(
    z.object({
      said: z.string(),
      lines: z.optional(z.array(z.string())),
      link: z.optional(z.object({ href: z.string().check(z.startsWith("/")), text: z.string() })),
    }),
  ),
  failed: z.optional(z.string()),
});
export type JobState = z.infer<typeof JobState>;

/** Progress, then the result. */
export function JobView({ job }: { job: JobState }): VNode {
  const { startedAt, endedAt, progress, done, failed } = job;
  if (failed !== undefined) return html`<p class="failure">${failed}</p>`;
  if (!done)
    return html`<p>${progress ?? "Working …"} <span class="quiet">since <${Time} at=${startedAt} /></span></p>`;
  return html`<div class="done">
    <p>${done.said} ${endedAt !== undefined && html`<span class="quiet"><${Time} at=${endedAt} /></span>`}</p>
    ${done.lines && done.lines.length > 0 && html`<ul>${done.lines.map((line) => html`<li>${line}</li>`)}</ul>`}
    ${done.link && html`<p><a href=${done.link.href}>${done.link.text}</a></p>`}
  </div>`;
}
