import type { IncomingMessage } from "node:http";
import type * as z from "zod/mini";
import { describeIssue } from "../../infra/stage-file/describe-issue.ts";

export interface SurfaceAnswer {
  status: number;
  body: unknown;
}

/** One line of the surface's table: `GET /orders/{channel}/{connection}/{orderId}`. */
export interface Route {
  readonly key: string;
  /** @param parts the values of the `{…}` of the key, decoded */
  handle(parts: readonly string[], request: IncomingMessage): SurfaceAnswer | Promise<SurfaceAnswer>;
}

/** The request itself is wrong; answered with 400 and the message, a sentence. */
export class BadRequest extends Error {
  override name = "BadRequest" as const;
}

const BODY_BYTES = 20 * 1024 * 1024;

/** @returns the body as the schema has it; an empty one counts as `{}` @throws BadRequest */
export async function readJson<T>(request: IncomingMessage, schema: z.ZodMiniType<T>): Promise<T> {
  const text = await readBody(request);
  return check(text === "" ? {} : parse(text), schema);
}

/** @returns the body as it was sent @throws BadRequest where it is not JSON */
export async function readJsonText(request: IncomingMessage): Promise<string> {
  const text = await readBody(request);
  parse(text);
  return text;
}

/** @throws BadRequest */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new BadRequest("The body is not valid JSON.");
  }
}

/** @throws BadRequest with a sentence for each field that is wrong */
export function check<T>(json: unknown, schema: z.ZodMiniType<T>): T {
  const parsed = schema.safeParse(json, { error: describeIssue });
  if (!parsed.success) throw new BadRequest(sentenceOf(parsed.error));
  return parsed.data;
}

/** `order.lines.0.sku: there is 7; write a text` */
const sentenceOf = ({ issues }: z.core.$ZodError): string =>
  issues
    .slice(0, 10)
    .map(({ path, message }) => `${path.join(".") || "The body"}: ${message}.`)
    .join(" ");

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= BODY_BYTES) chunks.push(chunk);
  }
  if (size > BODY_BYTES) throw new BadRequest(`The body is larger than ${BODY_BYTES} bytes.`);
  return Buffer.concat(chunks).toString();
}

export const ok = (body: unknown): SurfaceAnswer => ({ status: 200, body });
export const refused = (status: number, message: string): SurfaceAnswer => ({ status, body: { message } });
