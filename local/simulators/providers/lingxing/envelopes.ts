import { type Answer, json } from "../../simulator.ts";
import type { LingxingSwitches } from "./switches.ts";

/** Both families of answers, as the documents show them. */
export interface Envelopes {
  /** Of the token endpoints: code "200". */
  granted(data: unknown): Answer;
  gateway(code: string, msg: string): Answer;
  ok(data: unknown, total?: number, complaints?: string[]): Answer;
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
  const list = (data: unknown) =>
    switches.emptyLists === "null" && Array.isArray(data) && data.length === 0 ? null : data;
  const details = (texts: string[]) => (switches.detailsForm === "text" ? texts.join("; ") : list(texts));
  return {
    granted: (data) => json(200, { code: ofGateway("200"), msg: "OK", data }),
    gateway(code, msg) {
      const throwTime = chineseTime(now());
      const data = { throwable: msg, throwTime, message: null, stackTrace: null, metadata: {} };
      return json(switches.errorStatus, { code: ofGateway(code), msg, data });
    },
    ok(data, total = 0, complaints = []) {
      const said = { message: "操作成功", error_details: details(complaints) };
      return json(200, { code: business(0), ...said, ...common(), data: list(data), total });
    },
    failed: (code, message, texts, data = null) =>
      json(switches.errorStatus, {
        code: business(code),
        message,
        error_details: details(texts),
        ...common(),
        data: list(data),
        total: 0,
      }),
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
