import { randomBytes } from "node:crypto";
import { type Answer, json } from "../../simulator.ts";

const envelope = (fields: object) => ({ ...fields, request_id: randomBytes(17).toString("hex").toUpperCase() });

export const success = (data: object): Answer => json(200, envelope({ code: 0, message: "Success", data }));

/** Failures have the HTTP status 200 too. https://partner.tiktokshop.com/docv2/page/common-errors */
export const refused = (code: number, message: string, status = 200): Answer =>
  json(status, envelope({ code, message }));

export const invalid = (message: string): Answer => refused(36_009_004, message);
