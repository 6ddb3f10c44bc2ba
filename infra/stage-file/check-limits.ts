import { destinationPath } from "../../shared/stage/config.ts";
import { functionName, queueName } from "../../shared/stage/names.ts";
import type { Stage } from "./checked-stage.ts";
import type { Connectors } from "./connectors.ts";
import {
  createOrderFunction,
  type FunctionName,
  functionSettings,
  NOTIFICATION_CONCURRENCY,
  visibilityTimeout,
} from "./function-settings.ts";
import { handlersOf } from "./handlers.ts";
import { hasAddress, stageConnections } from "./stage-endpoints.ts";
import { BUSY, throttleOf } from "./throttle.ts";

const DAY = 86_400_000;
/** The age at which dead letters raise their second alarm (watch-queue.ts), and the least time left to act after it. */
const OLD_DEAD_LETTER = 7 * DAY;
const TIME_TO_ACT = DAY;

/** AWS's limits: lengths of names, retention, timeouts, concurrency. Yields a sentence for each mistake. */
export function* checkLimits(stage: Stage, connectors: Connectors): Iterable<string> {
  yield* checkNames(stage, connectors);
  yield* checkRetention(stage);
  yield* checkTimeouts(stage, connectors);
  yield* checkConcurrency(stage, connectors);
  yield* checkThrottle(stage);
}

function* checkNames(stage: Stage, connectors: Connectors) {
  const { name } = stage;
  // order-relay-<stage>-<destination>: stage prod-s2 with kakaclo/eu and stage prod with s2/kakaclo-eu would share a
  // name.
  if (name.includes("-")) {
    yield `stage "${name}" has a hyphen, so its names could equal those of another stage in the same account; write "${name.replaceAll("-", "")}"`;
  }
  // order-relay-<stage>-events-<account>-<region> within S3's 63 characters.
  if (name.length > 16) yield `stage "${name}" is longer than 16 characters; write a shorter one: S3's names end at 63`;

  yield* checkQueueNames(stage, connectors);
  for (const [short] of handlersOf(stage, connectors)) {
    const fn = functionName(name, short);
    if (fn.length > 64)
      yield `the function's name ${fn} has ${fn.length} characters and Lambda takes 64; shorten the stage's`;
  }
}

function* checkQueueNames(stage: Stage, connectors: Connectors) {
  const { name, config } = stage;
  const intake = [queueName.intake(name), queueName.intakeDeadLetters(name)];
  const owners = new Map(intake.map((queue) => [queue, "the intake"]));
  const notified = stageConnections(stage, connectors).filter(
    (one) => !hasAddress(one) && one.connection.queue === undefined,
  );
  const queues = [
    ...notified.map(({ path }) => ({
      owner: `connections ${path}`,
      names: [queueName.notifications(name, path), queueName.notificationDeadLetters(name, path)],
    })),
    ...config.destinations.map(destinationPath).map((path) => ({
      owner: `destinations ${path}`,
      names: [queueName.destination(name, path), queueName.destinationDeadLetters(name, path)],
    })),
  ];
  for (const { owner, names } of queues) {
    for (const queue of names) {
      const other = owners.get(queue);
      if (other !== undefined && other !== owner) {
        yield `${owner} and ${other} would share the queue ${queue}; give one of them another name`;
      }
      owners.set(queue, owner);
      if (queue.length > 80) {
        yield `${owner}: the queue's name ${queue} has ${queue.length} characters and SQS takes 80; shorten its name or the stage's`;
      }
    }
  }
}

function* checkRetention({ config: { retention } }: Stage) {
  const { queues, deadLetters, events, bodies, states, logs } = retention;
  if (deadLetters > 14 * DAY)
    yield `retention.deadLetters is ${days(deadLetters)}; SQS keeps a message 14 days at most: "14d"`;
  if (queues < 60_000) yield `retention.queues is ${queues} ms; SQS keeps a message a minute at least: write "4d"`;
  if (deadLetters <= queues) {
    yield `retention.deadLetters (${days(deadLetters)}) must be longer than retention.queues (${days(queues)}): a message keeps its age, and SQS would delete it before the operator looks`;
  } else if (deadLetters < queues + OLD_DEAD_LETTER + TIME_TO_ACT) {
    // SQS counts a dead letter's retention from when it was first sent; the alarm counts its days in the dead-letter
    // queue:
    // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/setting-up-dead-letter-queue-retention.html
    yield `retention.deadLetters (${days(deadLetters)}) must be at least retention.queues and 8 days together (${days(queues + OLD_DEAD_LETTER + TIME_TO_ACT)}): a message keeps its age, and SQS would delete it before the 7-day alarm for dead letters goes off; write deadLetters: "14d"${queues > 6 * DAY ? ' and queues: "4d"' : ""}`;
  }
  if (events < queues + deadLetters) {
    yield `retention.events (${days(events)}) must be at least retention.queues and retention.deadLetters together (${days(queues + deadLetters)}): a dead letter may only point at its event`;
  }
  if (states < bodies) yield `retention.states (${days(states)}) must be at least retention.bodies (${days(bodies)})`;
  if (!LOG_DAYS.includes(logs / DAY)) {
    yield `retention.logs is ${days(logs)}; CloudWatch takes ${LOG_DAYS.map((count) => `"${count}d"`).join(", ")}`;
  }
}

function* checkTimeouts(stage: Stage, connectors: Connectors) {
  const { config, infrastructure } = stage;
  const functions = [...handlersOf(stage, connectors).keys()];
  for (const fn of Object.keys(infrastructure.functions)) {
    if (!functions.some((known) => known === fn)) {
      yield `functions names "${fn}", which this stage does not have; write one of ${functions.join(", ")}`;
    }
  }
  const { dueAfter, giveUpAfter, overdueAfter, receiveTimeout } = config.timing;
  if (giveUpAfter >= config.retention.queues) {
    yield `timing.giveUpAfter must be shorter than retention.queues (${days(config.retention.queues)}), or SQS deletes a delivery's message before we give up`;
  }
  if (overdueAfter < dueAfter) {
    yield `timing.overdueAfter (${overdueAfter / 60_000} min) must be at least timing.dueAfter (${dueAfter / 60_000} min): a delivery that was never received counts as overdue only from the first check`;
  }
  const { reconcilePass, channelCall } = config.timing;
  const reconcileTimeout = functionSettings(stage, "reconcile").timeout * 1000;
  if (reconcilePass > reconcileTimeout || reconcilePass <= channelCall) {
    yield `timing.reconcilePass (${reconcilePass / 1000} s) must be longer than timing.channelCall (${channelCall / 1000} s), or no call would be made, and at most the timeout of reconcile (${reconcileTimeout / 1000} s)`;
  }
  // Of an HTTP API; fixed.
  if (receiveTimeout > 29_000) {
    yield `timing.receiveTimeout is ${receiveTimeout / 1000} s; API Gateway waits at most 29 s: write "10s"`;
  }
  for (const fn of functions) {
    const provider = connectors.providers.find(({ name }) => fn === createOrderFunction(name));
    const settings = functionSettings(stage, fn, provider);
    if (settings.timeout > 900) {
      yield `the timeout of ${fn} is ${settings.timeout} s; Lambda ends a function after 15 minutes: ${whereTimeout(fn)}`;
    }
    if (isConsumer(fn) && visibilityTimeout(stage, settings) > 12 * 3600) {
      yield `timing.visibilityFactor times the timeout of ${fn} is more than SQS's 12 hours; make one of them smaller`;
    }
    for (const destination of config.destinations.filter((one) => one.provider === provider?.name)) {
      const call = destination.callTimeout ?? provider?.timing.call ?? 0;
      if (call >= settings.timeout * 1000) {
        yield `destinations ${destinationPath(destination)}: a call may last ${call / 1000} s and ${fn} ends after ${settings.timeout} s, so no order would ever be sent; write a shorter callTimeout, or functions: { "${fn}": { timeout: "${Math.ceil(call / 1000) * 2}s" } }`;
      }
    }
  }
}

function* checkConcurrency(stage: Stage, connectors: Connectors) {
  const { config, infrastructure } = stage;
  const { providers } = connectors;
  const { accountConcurrency, routeConcurrency, provisionedConcurrency } = infrastructure;
  const ofDestinations = config.destinations.map(({ provider, maxConcurrency }) =>
    providers.find(({ name }) => name === provider)?.oneInFlight ? 2 : maxConcurrency,
  );
  const deliveries = ofDestinations.reduce((sum, count) => sum + count, 0);
  const queueConnections = stageConnections(stage, connectors).filter((connection) => !hasAddress(connection));
  const notifications = queueConnections.length * NOTIFICATION_CONCURRENCY;
  const polls = handlersOf(stage, connectors).has("reconcile");
  const scheduled = 1 + (config.probe ? 1 : 0) + (polls ? 1 : 0);
  const consumers = routeConcurrency + notifications + deliveries + scheduled;
  // receive-webhook keeps a fifth of the account's concurrency, including its provisioned instances.
  const fifth = Math.ceil(accountConcurrency / 5);
  if (consumers + Math.max(fifth, provisionedConcurrency) > accountConcurrency) {
    // Provisioned instances use the account's concurrency even when idle. A consumer without concurrency is throttled,
    // and each throttled receive brings a good order closer to the dead-letter queue.
    const share =
      provisionedConcurrency > fifth
        ? `provisionedConcurrency takes ${provisionedConcurrency}`
        : "receive-webhook needs a fifth for itself";
    yield `route-order (routeConcurrency ${routeConcurrency}), ${notifications > 0 ? `the notification queues (${NOTIFICATION_CONCURRENCY} each, ${notifications} in all), ` : ""}the destinations (maxConcurrency, ${deliveries} in all) and find-due${polls ? " and reconcile" : ""} may run ${consumers} at a time, and of the account's ${accountConcurrency} ${share}; lower them, or raise the account's quota and write accountConcurrency (docs/deploy.md, "Concurrency")`;
  }
  // Lambda reserves 100 of an account's concurrency for functions without provisioned concurrency.
  if (provisionedConcurrency > 0 && provisionedConcurrency > accountConcurrency - 100) {
    yield `provisionedConcurrency ${provisionedConcurrency} leaves less than 100 of accountConcurrency ${accountConcurrency}, which Lambda refuses; lower it, or raise the account's quota (docs/deploy.md, "Concurrency")`;
  }
}

function* checkThrottle(stage: Stage) {
  const { accountConcurrency } = stage.infrastructure;
  const { rate, burst } = throttleOf(stage);
  // One flooded route; each has a throttle of its own.
  const busy = Math.ceil((rate * BUSY) / 1000);
  const most = Math.max(1, Math.floor(accountConcurrency / 5));
  if (busy > most) {
    yield `throttle.rate ${rate} lets one route keep ${busy} instances of receive-webhook busy, and a fifth of accountConcurrency ${accountConcurrency} is ${most}: the consumers would be throttled; write a rate of at most ${Math.floor((most * 1000) / BUSY)}, or leave throttle out`;
  }
  if (burst > accountConcurrency) {
    yield `throttle.burst ${burst} is more than accountConcurrency ${accountConcurrency}: so many webhooks at once leave the consumers nothing; write burst: ${accountConcurrency}, or leave throttle out`;
  }
}

const days = (ms: number): string => `${ms / DAY} days`;
const isConsumer = (fn: FunctionName): boolean => fn === "route-order" || fn.startsWith("create-order-");

/** CloudWatch's retention periods; a copy, so that the operator's commands read a stage without loading the CDK. */
const LOG_DAYS = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const whereTimeout = (fn: FunctionName): string => {
  const fields: Record<string, string> = {
    "receive-webhook": "timing.receiveTimeout",
    "route-order": "timing.routeTimeout",
    "find-due": "timing.findDueTimeout",
    reconcile: "timing.reconcileTimeout",
  };
  return `write a shorter ${fields[fn] ?? `timing.createTimeout, or functions: { "${fn}": { timeout: "90s" } }`}`;
};
