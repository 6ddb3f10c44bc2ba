import { type Answer, json } from "../../simulator.ts";

/** https://dev.wix.com/docs/rest/articles/getting-started/errors */
export const refused = (status: number, message: string, code?: string): Answer =>
  json(status, { message, details: code === undefined ? {} : { applicationError: { code, description: message } } });
