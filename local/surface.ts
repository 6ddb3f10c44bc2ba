import type { IncomingMessage } from "node:http";
import type { QueuesAndBuckets } from "./aws/queues-and-buckets.ts";
import type { ReadTrace } from "./order-trace.ts";
import type { ChannelSandbox } from "./simulators/channel-sandbox.ts";
import type { Sandbox } from "./simulators/sandbox.ts";
import { channelRoutes } from "./surface/channel-routes.ts";
import { deadLetterRoutes } from "./surface/dead-letter-routes.ts";
import { orderRoutes } from "./surface/order-routes.ts";
import { providerRoutes } from "./surface/provider-routes.ts";
import { reconcileRoutes } from "./surface/reconcile-routes.ts";
import { BadRequest, ok, type Route, refused, type SurfaceAnswer } from "./surface/route.ts";

/** What the local stack offers beside the deployed routes; design.md, "The local stack". */
export interface SurfaceParts {
  providers: Sandbox;
  channels: ChannelSandbox;
  queues: QueuesAndBuckets;
  readTrace: ReadTrace;
  /** Resolves once no pass of reconcile is under way that should not be. */
  pauseReconcile(isPaused: boolean): Promise<void>;
  health(): object;
}

/** @returns undefined for other paths */
export type Surface = (request: IncomingMessage) => Promise<SurfaceAnswer | undefined>;

/** Its own paths: what is not found below them is answered here, and nothing below them reaches the deployed routes. */
const OWN = /^\/(?:health|sandbox|orders|dead-letters)(?:\/|$)/;

export function createSurface({
  providers,
  channels,
  queues,
  readTrace,
  pauseReconcile,
  health,
}: SurfaceParts): Surface {
  const find = finderOf([
    { key: "GET /health", handle: () => ok(health()) },
    ...channelRoutes(channels),
    ...reconcileRoutes(pauseReconcile),
    ...providerRoutes(providers),
    ...orderRoutes(readTrace),
    ...deadLetterRoutes(queues),
  ]);

  return async (request) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (!OWN.test(path)) return undefined;
    const found = find(request.method ?? "GET", path);
    if (!found) return refused(404, "Not Found");
    try {
      return await found.route.handle(found.parts.map(decodeURIComponent), request);
    } catch (error) {
      if (error instanceof BadRequest || error instanceof URIError) return refused(400, error.message);
      throw error;
    }
  };
}

interface Found {
  route: Route;
  /** As they stand in the path, encoded. */
  parts: string[];
}

/** `{…}` of a route's key matches one segment; the first route that matches is taken. */
function finderOf(routes: readonly Route[]): (method: string, path: string) => Found | undefined {
  const patterns = routes.map((route) => ({
    route,
    pattern: new RegExp(`^${route.key.replace(/\{[^}]+\}/g, "([^/]+)")}$`),
  }));
  return (method, path) => {
    for (const { route, pattern } of patterns) {
      const match = pattern.exec(`${method} ${path}`);
      if (match) return { route, parts: match.slice(1) };
    }
    return undefined;
  };
}
