import type { IncomingMessage } from "node:http";
import * as z from "zod/mini";
import type { QueuesAndBuckets } from "./aws/queues-and-buckets.ts";
import { listDeadLetters, redrive } from "./dead-letters.ts";
import type { ReadTrace } from "./order-trace.ts";
import type { Sandbox } from "./simulators/sandbox.ts";

/** What the local stack offers beside the deployed routes; design.md, "The local stack". */
export interface SurfaceParts {
  sandbox: Pick<Sandbox, "providers" | "orders" | "faults" | "setFault">;
  queues: QueuesAndBuckets;
  readTrace: ReadTrace;
  health(): object;
  /** Sets what a channel's own API answers for an order. @returns whether such a channel is simulated */
  setChannelOrder(order: { channel: string; connection: string; orderId: string; body: Buffer }): boolean;
}

export interface SurfaceAnswer {
  status: number;
  body: unknown;
}

/** @returns undefined where the path is none of its own */
export type Surface = (request: IncomingMessage) => Promise<SurfaceAnswer | undefined>;

const Fault = z.object({
  fault: z.string(),
  times: z._default(z.int().check(z.minimum(0), z.maximum(1_000_000)), 1),
});
const Redrive = z.object({ queue: z.optional(z.string()), messageIds: z.optional(z.enum(["new", "kept"])) });
const OWN = /^\/(?:health|sandbox|orders|dead-letters)(?:\/|$)/;
const BODY_BYTES = 20 * 1024 * 1024;

export function createSurface({ sandbox, queues, readTrace, health, setChannelOrder }: SurfaceParts): Surface {
  type Handler = (request: IncomingMessage, ...parts: string[]) => SurfaceAnswer | Promise<SurfaceAnswer>;
  const forProvider =
    (answer: (provider: string, request: IncomingMessage) => SurfaceAnswer | Promise<SurfaceAnswer>): Handler =>
    (request, provider = "") =>
      sandbox.providers.includes(provider)
        ? answer(provider, request)
        : refused(404, `No provider "${provider}" is simulated, only ${sandbox.providers.join(", ")}.`);

  const routes: [method: string, path: RegExp, handler: Handler][] = [
    ["GET", /^\/health$/, () => ok(health())],
    ["GET", /^\/sandbox\/([^/]+)\/orders$/, forProvider((provider) => ok(sandbox.orders(provider)))],
    ["GET", /^\/sandbox\/([^/]+)\/faults$/, forProvider((provider) => ok({ faults: sandbox.faults(provider) }))],
    [
      "POST",
      /^\/sandbox\/([^/]+)\/faults$/,
      forProvider(async (provider, request) => {
        const { fault, times } = parse(Fault, await readBody(request));
        if (!sandbox.faults(provider).includes(fault)) {
          return refused(400, `${provider} knows no fault "${fault}", only ${sandbox.faults(provider).join(", ")}.`);
        }
        sandbox.setFault(provider, fault, times);
        return ok({ fault, times });
      }),
    ],
    [
      "PUT",
      /^\/sandbox\/channels\/([^/]+)\/([^/]+)\/orders\/([^/]+)$/,
      async (request, channel = "", connection = "", orderId = "") => {
        const set = setChannelOrder({ channel, connection, orderId, body: await readBody(request) });
        return set ? ok({ channel, connection, orderId }) : refused(404, `The API of ${channel} is not simulated.`);
      },
    ],
    [
      "GET",
      /^\/orders\/([^/]+)\/([^/]+)\/([^/]+)$/,
      async (_request, channel = "", connection = "", orderId = "") => {
        const trace = await readTrace({ channel, connection, orderId });
        return trace ? ok(trace) : refused(404, `No order ${orderId} of ${channel}/${connection} is known.`);
      },
    ],
    ["GET", /^\/dead-letters$/, () => ok(listDeadLetters(queues))],
    [
      "POST",
      /^\/dead-letters\/redrive$/,
      async (request) => {
        const { queue, messageIds = "new" } = parse(Redrive, await readBody(request));
        const moved = redrive(queues, queue === undefined ? { messageIds } : { queue, messageIds });
        return moved === undefined ? refused(404, `No dead-letter queue is called "${queue}".`) : ok({ moved });
      },
    ],
  ];

  return async (request) => {
    const path = (request.url ?? "/").split("?")[0] ?? "/";
    if (!OWN.test(path)) return undefined;
    for (const [method, pattern, handler] of routes) {
      const match = request.method === method ? pattern.exec(path) : null;
      if (!match) continue;
      try {
        return await handler(request, ...match.slice(1).map(decodeURIComponent));
      } catch (error) {
        if (error instanceof Unusable || error instanceof URIError) return refused(400, error.message);
        throw error;
      }
    }
    return refused(404, "Not Found");
  };
}

/** A request of the caller's that makes no sense. */
class Unusable extends Error {
  override name = "Unusable" as const;
}

function parse<T>(schema: z.ZodMiniType<T>, body: Buffer): T {
  let json: unknown;
  try {
    json = body.length === 0 ? {} : JSON.parse(body.toString());
  } catch {
    throw new Unusable("The body is no JSON.");
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new Unusable(z.prettifyError(parsed.error));
  return parsed.data;
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_BYTES) chunks.push(chunk);
  }
  if (size > BODY_BYTES) throw new Unusable(`The body is larger than ${BODY_BYTES} bytes.`);
  return Buffer.concat(chunks);
}

const ok = (body: unknown): SurfaceAnswer => ({ status: 200, body });
const refused = (status: number, message: string): SurfaceAnswer => ({ status, body: { message } });
