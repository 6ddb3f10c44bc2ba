import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Outcome, Result } from "./receive-webhook.ts";

const STATUS = {
  queued: 200,
  answered: 200,
  unknown: 404,
  unsigned: 401,
  forged: 401,
  unavailable: 503,
} as const satisfies Record<Outcome, number>;

/** The body is empty except for a handshake: some channels refuse a body, and none needs one. */
export function answerOf({ outcome, answer }: Pick<Result, "outcome" | "answer">): APIGatewayProxyStructuredResultV2 {
  const statusCode = STATUS[outcome];
  if (!answer?.body) return { statusCode, body: "" };
  const { body, contentType = "text/plain" } = answer;
  return { statusCode, headers: { "content-type": contentType }, body };
}
