import * as z from "zod/mini";
import { destinationPath, pathOf } from "../../shared/stage/config.ts";
import { checkEndpoints } from "./check-endpoints.ts";
import { checkLimits } from "./check-limits.ts";
import { checkProbe } from "./check-probe.ts";
import type { Stage } from "./checked-stage.ts";
import type { Connectors, ProviderFacts } from "./connectors.ts";
import { describeIssue } from "./describe-issue.ts";

/** How far clocks may differ. */
const SKEW = 5 * 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/**
 * Checks what a schema cannot: names that must match, and settings that depend on each other. Yields a sentence for
 * each mistake.
 */
export function* checkStage(stage: Stage, connectors: Connectors): Iterable<string> {
  const ofConnections = [...checkConnections(stage, connectors)];
  yield* ofConnections;
  yield* checkEndpoints(stage, connectors);
  yield* checkDestinations(stage, connectors);
  yield* checkRoutes(stage);
  yield* checkProbe(stage);
  yield* checkSurroundings(stage, connectors);
  // What the stack has depends on the connections' settings, which have to be readable.
  if (ofConnections.length === 0) yield* checkLimits(stage, connectors);
}

function* checkConnections({ name, config: { connections, retention } }: Stage, { channels }: Connectors) {
  yield* twice("connections", connections.map(pathOf));
  for (const connection of connections) {
    const path = pathOf(connection);
    const { channel, key, since, maxOrderAge, silentAfter } = connection;
    const known = channels.find(({ name }) => name === channel);
    if (known?.settings) {
      yield* checkSettings(`connections ${path}`, known.settings, connection.settings, `docs/channels/${channel}.md`);
    }
    if (!known) {
      yield `connections names the channel "${channel}", which does not exist; write ${anyOf(channels)}, or add functions/channels/${channel}/ and its line in functions/channels/registry.ts`;
    }
    const [first, second] = connections.filter((other) => other.key === key);
    if (second === connection && first) {
      yield `connections ${pathOf(first)} and ${path} both have the key "${key}"; give each its own: it distinguishes their orders at the providers`;
    }
    if (name !== "local" && since === undefined) {
      yield `connections ${path} has no \`since\`; write since: "2026-01-31T00:00:00Z" with the time from which its orders are to be sent: without it a bulk edit in the shop sends years of shipped orders again`;
    }
    if (name !== "local" && maxOrderAge === "none") {
      yield `connections ${path}: maxOrderAge "none" is for the local demo; write maxOrderAge: "60d" or leave it out`;
    }
    if (maxOrderAge !== "none" && maxOrderAge >= retention.bodies) {
      yield `connections ${path}: maxOrderAge (${days(maxOrderAge)}) must be shorter than retention.bodies (${days(retention.bodies)}), or an order could be due after its body has expired`;
    }
    if (silentAfter < HOUR || silentAfter > 7 * DAY || silentAfter % HOUR !== 0) {
      yield `connections ${path}: silentAfter is ${silentAfter / HOUR} hours; write whole hours between "1h" and "7d": CloudWatch looks no further back`;
    }
  }
}

function* checkSettings(whose: string, schema: z.ZodMiniType, given: Record<string, unknown>, where: string) {
  const settings = z.safeParse(schema, given, { error: describeIssue });
  for (const { path: field, code, message } of settings.error?.issues ?? []) {
    // Reported below, also for a schema that accepts them.
    if (code === "unrecognized_keys" && field.length === 0) continue;
    yield `${whose}: ${["settings", ...field].join(".")}: ${message}; ${where} says what to write there`;
  }
  const known = schema instanceof z.ZodMiniObject ? Object.keys(schema.shape) : undefined;
  for (const field of Object.keys(given).filter((field) => known?.includes(field) === false)) {
    yield `${whose}: settings.${field} does not exist; write one of ${known?.join(", ")}: ${where}`;
  }
}

function* checkDestinations({ config: { destinations, routes } }: Stage, { providers }: Connectors) {
  yield* twice("destinations", destinations.map(destinationPath));
  for (const destination of destinations) {
    const path = destinationPath(destination);
    const provider = providers.find(({ name }) => name === destination.provider);
    if (!provider) {
      yield `destinations names the provider "${destination.provider}", which does not exist; write ${anyOf(providers)}, or add functions/providers/${destination.provider}/ and its line in functions/providers/registry.ts`;
      continue;
    }
    const where = `docs/providers/${provider.name}.md`;
    yield* checkSettings(`destinations ${path}`, provider.settings, destination.settings, where);
    if (provider.oneInFlight && destination.maxConcurrency > 2) {
      yield `destinations ${path}: ${provider.title} takes one call at a time, so maxConcurrency ${destination.maxConcurrency} has no effect; leave it out`;
    }
    const from = new Set(routes.flatMap((route) => (route.to.includes(path) ? route.from : [])));
    if (destination.references === "plain" && from.size > 1) {
      yield `destinations ${path} has references "plain", and ${[...from].join(" and ")} route there: two shops may have the same order ID; write references: "keyed"`;
    }
  }
}

function* checkRoutes({ config: { connections, destinations, routes } }: Stage) {
  const known = { from: connections.map(pathOf), to: destinations.map(destinationPath) };
  for (const [index, route] of routes.entries()) {
    for (const end of ["from", "to"] as const) {
      const list = end === "from" ? "connections" : "destinations";
      if (route[end].length === 0)
        yield `routes[${index}].${end} is empty; name one of ${list}: ${known[end].join(", ")}`;
      for (const path of route[end].filter((path) => !known[end].includes(path))) {
        yield `routes[${index}].${end} names "${path}", which is not in ${list}; add it there, or write one of ${known[end].join(", ")}`;
      }
    }
  }
}

function* checkSurroundings({ name, config, infrastructure: { fixedEgress, alarms } }: Stage, connectors: Connectors) {
  const { restoredAt } = config;
  const now = Date.now();
  if (restoredAt !== undefined && Date.parse(restoredAt) > now + SKEW) {
    const present = `${new Date(now).toISOString().slice(0, 19)}Z`;
    yield `restoredAt "${restoredAt}" is in the future, and until then every delivery would be in doubt and nothing would be posted; write the present time: restoredAt: "${present}"`;
  }
  const { providers, channels } = connectors;
  const used = new Set([
    ...config.destinations.flatMap(({ provider }) => providers.filter(({ name }) => name === provider)),
    ...config.connections.flatMap(({ channel }) => channels.filter(({ name, api }) => api && name === channel)),
  ]);
  for (const named of fixedEgress.filter((one) => ![...used].some(({ name }) => name === one))) {
    yield `fixedEgress names "${named}", and the stage has no destination of such a provider and no connection of such a channel with an API; write ${anyOf([...used])}, or leave it out`;
  }
  if (name === "local") return;
  for (const lane of ["page", "ticket"] as const) {
    if (alarms[lane].length === 0) {
      yield `alarms.${lane} has no recipient; write alarms: { page: ["oncall@example.com"], ticket: ["orders@example.com"] } with addresses that are read`;
    }
  }
}

function* twice(list: string, paths: readonly string[]) {
  const seen = new Set<string>();
  for (const path of paths) {
    if (seen.has(path)) yield `${list} has ${path} twice; give one of them another name`;
    seen.add(path);
  }
}

const anyOf = (known: readonly Pick<ProviderFacts, "name">[]): string =>
  known.map(({ name }) => `"${name}"`).join(" or ");

const days = (ms: number): string => `${ms / DAY} days`;
