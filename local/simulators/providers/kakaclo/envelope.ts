import { type Answer, json } from "../../simulator.ts";

/** `message` varies in the documents ("success", "Success！", "ok", "kk.api.200"): no client may compare it. */
export const ok = (data: unknown, message = "success"): Answer => json(200, { code: 10000, message, data });

/** A business error. HTTP 200 and the shape are assumptions: only code 10000 is documented. */
export const failed = (code: number, message: string): Answer => json(200, { code, message, data: null });

export const invalidRequest = (): Answer => json(400, { error: "Invalid request" });
