import { randomBytes } from "node:crypto";
import type { Done } from "./page.ts";

/** One run of an act. */
export interface Job {
  id: string;
  /** "Send again" */
  title: string;
  /** The address of the page it was started on. */
  from: string;
  startedAt: number;
  endedAt?: number | undefined;
  progress?: string | undefined;
  done?: Done | undefined;
  /** A sentence. */
  failed?: string | undefined;
}

export interface Jobs {
  find(id: string): Job | undefined;
  start(
    about: { title: string; from: string },
    run: (progress: (sentence: string) => void) => Promise<Done>,
    sentenceOf: (error: unknown) => string,
  ): Job;
}

/** Results that are kept; older ones are forgotten. */
const KEPT = 200;

/** What was done since the server started. Its results have addresses; they are gone when the server ends. */
export function createJobs(now: () => number): Jobs {
  const jobs = new Map<string, Job>();
  return {
    find: (id) => jobs.get(id),
    start(about, run, sentenceOf) {
      const job: Job = { id: randomBytes(9).toString("base64url"), ...about, startedAt: now() };
      jobs.set(job.id, job);
      for (const [id, { endedAt }] of jobs) {
        if (jobs.size <= KEPT) break;
        if (endedAt !== undefined) jobs.delete(id);
      }
      void run((sentence) => {
        job.progress = sentence;
      })
        .then(
          (done) => {
            job.done = done;
          },
          (error: unknown) => {
            job.failed = sentenceOf(error);
          },
        )
        .finally(() => {
          job.endedAt = now();
        });
      return job;
    },
  };
}
