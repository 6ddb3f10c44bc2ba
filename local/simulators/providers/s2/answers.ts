import { randomUUID } from "node:crypto";
import { type Answer, type CannedAnswers, json, readJson } from "../../simulator.ts";
import type { S2Switches } from "./switches.ts";

/** S2's error body. */
export const message = (status: number, text: string): Answer => json(status, { message: text });

/** The text of `POST /fulfillment`, with our noun. For orders none is documented. (ASSUME) */
export const alreadyExists = (channelOrderId: string): Answer =>
  json(409, {
    code: "ALREADY_EXISTS",
    message: `Order with channelOrderId '${channelOrderId}' already exists for this organization`,
  });

export const cannedAnswers = (switches: Pick<S2Switches, "invalidStatus">): CannedAnswers => ({
  // The documents describe neither throttling nor its answer. (ASSUME)
  throttled: () => message(429, "Too many requests"),
  unauthorized: () => message(401, "Unauthorized"),
  malformed: () => message(400, "Malformed JSON"),
  notFound: () => message(404, "Not found"),
  serverError: () =>
    message(
      500,
      `An unexpected error occurred on our server. To help us efficiently resolve the issue, please include the following reference ID when contacting support: ${randomUUID()}. `,
    ),
  rejected: (request) => message(switches.invalidStatus, `Cannot ship to ${addressOf(readJson(request))}`),
  duplicate: (request) => alreadyExists(channelOrderIdOf(readJson(request))),
});

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

function channelOrderIdOf(request: unknown): string {
  const id = isRecord(request) ? request["channelOrderId"] : undefined;
  return typeof id === "string" ? id : "";
}

/** Real error texts repeat the buyer's data; a test must detect a client that logs them. */
export function addressOf(request: unknown): string {
  const address = isRecord(request) ? request["shippingAddress"] : undefined;
  return isRecord(address) ? Object.values(address).filter(Boolean).join(", ") : "";
}
