import { errorName, log } from "../../shared/telemetry/log.ts";
import { count } from "../../shared/telemetry/metrics.ts";
import type { Pass } from "./reconcile-connection.ts";

/** Writes a log line for each pass of a connection, and counts the events that were missed. */
export function reportPass(connection: string, { outcome, listed, queued, missed, error }: Pass): void {
  const write = outcome === "failed" ? log.warn : log.info;
  write("reconcile.passed", {
    ...{ connection, outcome, count: listed, change: queued, missed },
    error: error === undefined ? undefined : errorName(error),
  });
  if (missed > 0) count("EventsMissed", { connection }, missed);
}
