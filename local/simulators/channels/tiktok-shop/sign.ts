import { createHmac } from "node:crypto";
import type { ApiRequest } from "../../channel-api.ts";

/** https://partner.tiktokshop.com/docv2/page/sign-your-api-request, over the bytes as they came. */
export function sign({ method, path, query, body }: ApiRequest, appSecret: string): string {
  const names = [...query.keys()].filter((name) => name !== "sign" && name !== "access_token").sort();
  const text = names.reduce((so, name) => so + name + query.get(name), path);
  const whole = Buffer.concat([
    Buffer.from(appSecret + text),
    method === "GET" ? Buffer.alloc(0) : body,
    Buffer.from(appSecret),
  ]);
  return createHmac("sha256", appSecret).update(whole).digest("hex");
}
