import { pathOf } from "../../shared/stage/config.ts";
import { ambiguousConnections, endpointPathOf } from "../../shared/stage/endpoints.ts";
import type { Stage } from "./checked-stage.ts";
import { closestMatches } from "./closest-matches.ts";
import type { Connectors } from "./connectors.ts";
import {
  hasAddress,
  type StageConnection,
  type StageEndpoint,
  stageConnections,
  stageEndpoints,
} from "./stage-endpoints.ts";

/** SP-API and Lambda take a standard queue; a FIFO queue gets nothing, without an error. */
const QUEUE_ARN = /^arn:aws[\w-]*:sqs:[a-z\d-]+:\d{12}:[\w-]{1,80}$/;
const KEY_ARN = /^arn:aws[\w-]*:kms:[a-z\d-]+:\d{12}:key\/[\w-]+$/;

/**
 * Checks that each endpoint is listed once, serves a connection, and can pick one of its connections. Yields a sentence
 * for each mistake.
 */
export function* checkEndpoints(stage: Stage, connectors: Pick<Connectors, "channels">): Iterable<string> {
  const { endpoints, connections } = stage.config;
  yield* checkListed(stage, connectors);
  for (const connection of connections) {
    const listed = endpoints.filter(({ channel }) => channel === connection.channel).map(({ name }) => name);
    const { endpoint } = connection;
    if (endpoint === undefined || listed.length === 0 || listed.includes(endpoint)) continue;
    yield `connections ${pathOf(connection)}: the endpoint "${endpoint}" is not in endpoints; write endpoint: ${oneOf(closestMatches(endpoint, listed))}, or add it there`;
  }
  for (const endpoint of stageEndpoints(stage, connectors)) yield* checkChannelsRules(endpoint);
  yield* checkQueues(stageConnections(stage, connectors));
  // In other channels `shop` is not needed to find the connection: an endpoint serves one, or each has its own queue.
  const apps = connectors.channels.filter((channel) => channel.endpoint === "app").map(({ name }) => name);
  const ambiguous = ambiguousConnections(stage.config).filter(({ endpoint }) => apps.includes(endpoint.channel));
  for (const { endpoint, connection, same } of ambiguous) {
    const shares = `connections ${pathOf(connection)} shares the endpoint ${pathOf(endpoint)}`;
    yield same
      ? `${shares} with ${pathOf(same)}, and both have the shop "${connection.shop}"; give each the shop that its events name`
      : `${shares} with other connections and has no \`shop\`; write shop: "…" with the shop ID that its events name (docs/channels/${connection.channel}.md)`;
  }
}

function* checkListed({ config: { endpoints, connections } }: Stage, { channels }: Pick<Connectors, "channels">) {
  const seen = new Set<string>();
  const served = new Set(connections.map(endpointPathOf));
  for (const endpoint of endpoints) {
    const path = pathOf(endpoint);
    if (seen.has(path)) yield `endpoints has ${path} twice; remove one of them`;
    seen.add(path);
    const names = channels.map(({ name }) => name);
    if (!names.includes(endpoint.channel)) {
      yield `endpoints names the channel "${endpoint.channel}", which does not exist; write ${oneOf(closestMatches(endpoint.channel, names))}`;
    } else if (!served.has(path)) {
      yield `endpoints ${path} serves no connection; ${toServe(path, served)}, or remove it`;
    }
  }
}

function toServe(path: string, served: ReadonlySet<string>): string {
  const [channel, name] = path.split("/");
  const near = closestMatches(
    path,
    [...served].filter((one) => one.startsWith(`${channel}/`)),
    3,
  );
  return `write endpoint: "${name}" at a connection of ${channel}${near.length > 0 ? `, or call it ${near.join(" or ")}` : ""}`;
}

function* checkChannelsRules({ path, channel, connections, url }: StageEndpoint) {
  if (channel.endpoint === "connection" && connections.length > 1) {
    yield `connections ${connections.map(pathOf).join(" and ")} share the endpoint ${path}, and an endpoint of ${channel.title} serves one shop; remove \`endpoint\``;
  }
  const { covers, needsUrl = covers === "url+body" } = channel.verification ?? {};
  if (needsUrl && url === undefined) {
    const [, name] = path.split("/");
    yield `endpoints ${path} needs its address, which ${channel.title} signs; write endpoints: [{ channel: "${channel.name}", name: "${name}", url: "https://hooks.example.com/webhooks/${path}" }]`;
  }
}

function* checkQueues(connections: readonly StageConnection[]) {
  const owners = new Map<string, string>();
  for (const one of connections) {
    const { path, channel, connection } = one;
    const { queue, shop } = connection;
    if (hasAddress(one)) {
      if (queue) yield `connections ${path} has \`queue\`, and ${channel.title} sends to an address; leave it out`;
      continue;
    }
    if (shop === undefined) {
      yield `connections ${path} has no \`shop\`; write shop: "…" with the seller's ID: a notification of another seller on its queue is refused (docs/channels/${channel.name}.md)`;
    }
    if (!queue) continue;
    if (!QUEUE_ARN.test(queue.arn)) {
      yield `connections ${path}: queue.arn is not the ARN of a standard queue; write arn: "arn:aws:sqs:us-east-1:123456789012:notifications" (a FIFO queue gets no notifications)`;
    }
    if (queue.key !== undefined && !KEY_ARN.test(queue.key)) {
      yield `connections ${path}: queue.key is not the ARN of a KMS key; write key: "arn:aws:kms:us-east-1:123456789012:key/…", not an alias`;
    }
    const other = owners.get(queue.arn);
    if (other !== undefined)
      yield `connections ${other} and ${path} have the same queue; each needs a queue of its own`;
    owners.set(queue.arn, path);
  }
}

const oneOf = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(" or ");
