import { type Answer, json } from "../../simulator.ts";

/** https://developer.ebay.com/api-docs/static/handling-error-messages.html */
export const refused = (status: number, errorId: number, message: string): Answer =>
  json(status, { errors: [{ errorId, domain: "API_FULFILLMENT", category: "REQUEST", message }] });

export const notFound = (): Answer => refused(404, 2002, "Resource not found");
export const noOrder = (): Answer => refused(404, 32100, "Invalid order ID");
export const invalid = (name: string, problem: string): Answer =>
  refused(400, 30700, `The parameter ${name} ${problem}`);
export const wrongMethod = (): Answer => refused(405, 2003, "Method not allowed");
export const badToken = (): Answer => refused(401, 1001, "Invalid access token");
export const scopeMissing = (): Answer => refused(403, 1100, "Access denied");
/** No header says how long. */
export const throttled = (): Answer => refused(429, 2001, "Too many requests");
