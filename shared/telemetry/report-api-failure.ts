import { errorName, log } from "./log.ts";
import { count } from "./metrics.ts";

/**
 * Reports that a connection's API has started to fail, or still fails.
 * @param until no call is made before, epoch ms
 */
export function reportApiFailure(connection: string, failure: unknown, until: number): void {
  const error = errorName(failure);
  log.warn("channel.failing", { connection, error, until: Math.round(until) });
  if (error === "Misconfigured") count("ChannelCredentialsRefused", { connection });
}
