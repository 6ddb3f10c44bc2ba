import { type Answer, json } from "../../simulator.ts";
import type { LingxingSwitches } from "./switches.ts";

/** Both families of answers, as the documents show them. */
export interface Envelopes {
  /** Of the token endpoints: code "200". */
  granted(data: unknown): Answer;
  gateway(code: string, msg: string): Answer;
  ok(data: unknown, total?: number): Answer;
  /** Of a business service. `data` is null when `createOrder` fails, `[]` in the other samples. */
  failed(code: number, message: string, details: string[], data?: null | []): Answer;
}

export function createEnvelopes(switches: Readonly<LingxingSwitches>, now: () => number): Envelopes {
  let requests = 0;
  const common = () => {
    requests += 1;
    const request_id = `212149f55784429aaa69fe7f0cab12e7.100.${requests}`;
    return { request_id, response_time: chineseTime(now()) };
  };
  const business = (code: number) => (switches.businessCode === "string" ? String(code) : code);
  const ofGateway = (code: string) => (switches.gatewayCode === "number" ? Number(code) : code);
  return {
    granted: (data) => json(200, { code: ofGateway("200"), msg: "OK", data }),
    gateway(code, msg) {
      const throwTime = chineseTime(now());
      const data = { throwable: msg, throwTime, message: null, stackTrace: null, metadata: {} };
      return json(switches.errorStatus, { code: ofGateway(code), msg, data });
    },
    ok: (data, total = 0) =>
      json(200, { code: business(0), message: "操作成功", error_details: [], ...common(), data, total }),
    failed: (code, message, error_details, data = null) =>
      json(switches.errorStatus, { code: business(code), message, error_details, ...common(), data, total: 0 }),
  };
}

/** `2023-04-27 09:28:29`, Beijing time. */
export const chineseTime = (ms: number): string =>
  new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

/** nginx's answer to an unknown path. */
export const notAllowed = (): Answer => ({
  status: 405,
  headers: { "content-type": "text/html" },
  body: "<html>\n<head><title>405 Not Allowed</title></head>\n<body>\n<center><h1>405 Not Allowed</h1></center>\n<hr><center>nginx</center>\n</body>\n</html>\n",
});
