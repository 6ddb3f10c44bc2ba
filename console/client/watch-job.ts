import * as z from "zod/mini";
import { JobState } from "../parts/job-view.ts";

const JobSheet = z.object({ data: JobState });

/** The address of a run of an act. */
export const jobAddress = (id: string): string => `/console/jobs/${id}`;

/** Follows a run of an act until it ends. @returns ends the watch */
export function watchJob(id: string, show: (job: JobState) => void): () => void {
  const source = new EventSource(`/console/live?of=${encodeURIComponent(jobAddress(id))}`);
  source.addEventListener("sheet", ({ data }) => {
    const job = z.parse(JobSheet, JSON.parse(data)).data;
    if (job.endedAt !== undefined) source.close();
    show(job);
  });
  return () => source.close();
}
