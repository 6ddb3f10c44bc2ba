import { type Answer, json } from "../../simulator.ts";

/** https://developer.squareup.com/docs/build-basics/handling-errors */
const refused = (status: number, category: string, code: string, detail: string): Answer =>
  json(status, { errors: [{ category, code, detail }] });

export const invalid = (field: string, detail: string, code = "BAD_REQUEST"): Answer =>
  json(400, { errors: [{ category: "INVALID_REQUEST_ERROR", code, detail, field }] });
export const notFound = (): Answer => refused(404, "INVALID_REQUEST_ERROR", "NOT_FOUND", "Resource not found.");
export const wrongMethod = (): Answer =>
  refused(405, "INVALID_REQUEST_ERROR", "METHOD_NOT_ALLOWED", "The method is not allowed.");
export const unauthorized = (code: "UNAUTHORIZED" | "ACCESS_TOKEN_EXPIRED" | "ACCESS_TOKEN_REVOKED"): Answer =>
  refused(401, "AUTHENTICATION_ERROR", code, "This request could not be authorized.");
/** No header says how long. */
export const throttled = (): Answer => refused(429, "RATE_LIMIT_ERROR", "RATE_LIMITED", "Too many requests.");
export const scopeMissing = (scope: string): Answer =>
  refused(
    403,
    "AUTHENTICATION_ERROR",
    "INSUFFICIENT_SCOPES",
    `The merchant has not given your application sufficient permissions to do that. The merchant must authorize your application for the following scopes: [${scope}]`,
  );
