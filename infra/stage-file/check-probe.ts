import { pathOf } from "../../shared/stage/config.ts";
import type { Stage } from "./checked-stage.ts";

const MINUTE = 60_000;

/** The probe's connection exists, can be signed for, and sends nothing to a provider. Yields a sentence for each mistake. */
export function* checkProbe({ config: { probe, connections, routes } }: Stage): Iterable<string> {
  if (!probe) return;
  const { connection: path, every } = probe;
  if (!path.startsWith("standard/")) {
    yield `probe.connection is "${path}"; write one of the channel standard, whose webhooks we can sign: "standard/probe"`;
  } else if (!connections.some((connection) => pathOf(connection) === path)) {
    yield `probe.connection names "${path}", which is not in connections; add { channel: "standard", name: "${path.slice("standard/".length)}", key: "PROBE", since: "2026-01-31T00:00:00Z", silentAfter: "1h" }`;
  }
  for (const [index, route] of routes.entries()) {
    if (route.from.includes(path)) {
      yield `routes[${index}].from names "${path}", which the probe sends test orders from; take it out: a probe must reach no provider`;
    }
  }
  if (every < MINUTE || every > 60 * MINUTE || every % MINUTE !== 0) {
    yield `probe.every is ${every / MINUTE} minutes; write whole minutes between "1m" and "60m"`;
  }
}
