import { RetentionDays } from "aws-cdk-lib/aws-logs";
import * as z from "zod/mini";
import { destinationPath, pathOf } from "../shared/config.ts";
import { functionName, queueName } from "../shared/names.ts";
import type { Connectors, ProviderFacts } from "./connectors.ts";
import { createOrderRoom, functionSettings, type Room, visibilityTimeout } from "./function-settings.ts";
import { handlersOf } from "./order-relay-stack.ts";
import type { Stage } from "./read-stage.ts";

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** What a schema cannot see: names that must meet, and settings that only fit together. Yields a sentence a mistake. */
export function* checkStage(stage: Stage, connectors: Connectors): Iterable<string> {
  yield* checkConnections(stage, connectors);
  yield* checkDestinations(stage, connectors);
  yield* checkRoutes(stage);
  yield* checkNames(stage, connectors);
  yield* checkRetention(stage);
  yield* checkTimeouts(stage, connectors);
  yield* checkConcurrency(stage, connectors);
  yield* checkSurroundings(stage, connectors);
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
      yield `connections ${pathOf(first)} and ${path} both have the key "${key}"; give each its own: it tells their orders apart at the providers`;
    }
    if (name !== "local" && since === undefined) {
      yield `connections ${path} has no \`since\`; write since: "2026-01-31T00:00:00Z" with the moment from which on its orders are to be sent: without it a bulk edit in the shop sends years of shipped orders again`;
    }
    if (name !== "local" && maxOrderAge === "none") {
      yield `connections ${path}: maxOrderAge "none" is for the local demo; write maxOrderAge: "60d" or leave it out`;
    }
    if (maxOrderAge !== "none" && maxOrderAge >= retention.bodies) {
      yield `connections ${path}: maxOrderAge (${days(maxOrderAge)}) must be shorter than retention.bodies (${days(retention.bodies)}), or an order could be due whose body is gone`;
    }
    if (silentAfter !== undefined && (silentAfter < HOUR || silentAfter > 7 * DAY || silentAfter % HOUR !== 0)) {
      yield `connections ${path}: silentAfter is ${silentAfter / HOUR} hours; write whole hours between "1h" and "7d": CloudWatch looks no further back`;
    }
  }
}

function* checkSettings(whose: string, schema: z.ZodMiniType, given: Record<string, unknown>, where: string) {
  const settings = z.safeParse(schema, given);
  for (const { path: field, message } of settings.error?.issues ?? []) {
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
      yield `destinations ${path}: ${provider.title} takes one call at a time, so maxConcurrency ${destination.maxConcurrency} helps nobody; leave it out`;
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

function* checkNames(stage: Stage, connectors: Connectors) {
  const { name, config } = stage;
  // order-relay-<stage>-events-<account>-<region> within S3's 63 characters.
  if (name.length > 16) yield `stage "${name}" is longer than 16 characters; write a shorter one: S3's names end at 63`;

  const intake = [queueName.intake(name), queueName.intakeDeadLetters(name)];
  const owners = new Map(intake.map((queue) => [queue, "the intake"]));
  for (const destination of config.destinations) {
    const path = destinationPath(destination);
    for (const queue of [queueName.destination(name, path), queueName.destinationDeadLetters(name, path)]) {
      const owner = owners.get(queue);
      if (owner !== undefined && owner !== path) {
        yield `destinations ${path} and ${owner} would share the queue ${queue}; give one of them another name`;
      }
      owners.set(queue, path);
      if (queue.length > 80) {
        yield `destinations ${path}: the queue's name ${queue} has ${queue.length} characters and SQS takes 80; shorten the destination's name or the stage's`;
      }
    }
  }
  for (const [room] of handlersOf(stage, connectors)) {
    const fn = functionName(name, room);
    if (fn.length > 64)
      yield `the function's name ${fn} has ${fn.length} characters and Lambda takes 64; shorten the stage's`;
  }
}

function* checkRetention({ config: { retention } }: Stage) {
  const { queues, deadLetters, events, bodies, states, logs } = retention;
  if (deadLetters > 14 * DAY)
    yield `retention.deadLetters is ${days(deadLetters)}; SQS keeps a message 14 days at most: "14d"`;
  if (queues < 60_000) yield `retention.queues is ${queues} ms; SQS keeps a message a minute at least: write "4d"`;
  if (deadLetters <= queues) {
    yield `retention.deadLetters (${days(deadLetters)}) must be longer than retention.queues (${days(queues)}): a message takes its age along, and would be gone before anybody looks`;
  }
  if (events < queues + deadLetters) {
    yield `retention.events (${days(events)}) must be at least retention.queues and retention.deadLetters together (${days(queues + deadLetters)}): a dead letter may only point at its event`;
  }
  if (states < bodies) yield `retention.states (${days(states)}) must be at least retention.bodies (${days(bodies)})`;
  if (!isLogRetention(logs / DAY)) {
    yield `retention.logs is ${days(logs)}; CloudWatch knows ${LOG_DAYS.map((count) => `"${count}d"`).join(", ")}`;
  }
}

function* checkTimeouts(stage: Stage, connectors: Connectors) {
  const { config, infrastructure } = stage;
  const rooms = [...handlersOf(stage, connectors).keys()];
  for (const room of Object.keys(infrastructure.functions)) {
    if (!rooms.some((known) => known === room)) {
      yield `functions names "${room}", which this stage does not have; write one of ${rooms.join(", ")}`;
    }
  }
  for (const room of rooms) {
    const provider = connectors.providers.find(({ name }) => room === createOrderRoom(name));
    const settings = functionSettings(stage, room, provider);
    if (settings.timeout > 900) {
      yield `the timeout of ${room} is ${settings.timeout} s; Lambda ends a function after 15 minutes: ${whereTimeout(room)}`;
    }
    if (isConsumer(room) && visibilityTimeout(stage, settings) > 12 * 3600) {
      yield `timing.visibilityFactor times the timeout of ${room} is more than SQS's 12 hours; make one of them smaller`;
    }
    for (const destination of config.destinations.filter((one) => one.provider === provider?.name)) {
      const call = destination.callTimeout ?? provider?.timing.call ?? 0;
      if (call >= settings.timeout * 1000) {
        yield `destinations ${destinationPath(destination)}: a call may last ${call / 1000} s and ${room} ends after ${settings.timeout} s, so no order would ever be sent; write a shorter callTimeout, or functions: { "${room}": { timeout: "${Math.ceil(call / 1000) * 2}s" } }`;
      }
    }
  }
}

/** Consumers may take four fifths of the account's concurrency; what comes in must find the rest. */
const CONSUMERS_SHARE = 0.8;

function* checkConcurrency({ config, infrastructure }: Stage, { providers }: Connectors) {
  const { accountConcurrency, routeConcurrency, provisionedConcurrency } = infrastructure;
  const ofDestinations = config.destinations.map(({ provider, maxConcurrency }) =>
    providers.find(({ name }) => name === provider)?.oneInFlight ? 2 : maxConcurrency,
  );
  const consumers = routeConcurrency + ofDestinations.reduce((sum, count) => sum + count, 0) + 1;
  if (consumers > Math.floor(accountConcurrency * CONSUMERS_SHARE)) {
    yield `route-order (routeConcurrency ${routeConcurrency}), the destinations (maxConcurrency, ${consumers - routeConcurrency - 1} in all) and find-due may run ${consumers} at a time, and of the account's ${accountConcurrency} receive-webhook needs a fifth for itself; lower them, or raise the account's quota and write accountConcurrency (docs/deploy.md, "Concurrency")`;
  }
  // Lambda keeps 100 of an account for functions without.
  if (provisionedConcurrency > 0 && provisionedConcurrency > accountConcurrency - 100) {
    yield `provisionedConcurrency ${provisionedConcurrency} leaves less than 100 of accountConcurrency ${accountConcurrency}, which Lambda refuses; lower it, or raise the account's quota (docs/deploy.md, "Concurrency")`;
  }
}

function* checkSurroundings({ name, config, infrastructure: { fixedEgress, alarms } }: Stage, connectors: Connectors) {
  const used = connectors.providers.filter((provider) =>
    config.destinations.some((one) => one.provider === provider.name),
  );
  for (const provider of fixedEgress) {
    if (!used.some((one) => one.name === provider)) {
      yield `fixedEgress names "${provider}", and no destination is of that provider; write ${anyOf(used)}, or leave it out`;
    }
  }
  if (name === "local") return;
  for (const lane of ["page", "ticket"] as const) {
    if (alarms[lane].length === 0) {
      yield `alarms.${lane} reaches nobody; write alarms: { page: ["oncall@example.com"], ticket: ["orders@example.com"] } with addresses that somebody reads`;
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
const isConsumer = (room: Room): boolean => room === "route-order" || room.startsWith("create-order-");

const LOG_DAYS = Object.values(RetentionDays).filter((count) => typeof count === "number" && count < 9999);
/** One of the lengths that CloudWatch keeps a log. */
export const isLogRetention = (count: number): count is RetentionDays => LOG_DAYS.some((known) => known === count);

const whereTimeout = (room: Room): string => {
  const fields: Record<string, string> = {
    "receive-webhook": "timing.receiveTimeout",
    "route-order": "timing.routeTimeout",
    "find-due": "timing.findDueTimeout",
  };
  return `write a shorter ${fields[room] ?? `timing.createTimeout, or functions: { "${room}": { timeout: "90s" } }`}`;
};
