import { once } from "node:events";
import { createServer, request as send } from "node:http";
import type { AddressInfo } from "node:net";

/** An AWS endpoint that notes what is called of the one behind it. */
export interface RecordingProxy {
  readonly url: string;
  /** As IAM names them: `dynamodb:Query`. */
  actions(): string[];
  stop(): void;
}

/** @param target the endpoint behind */
export async function startRecordingProxy(target: string): Promise<RecordingProxy> {
  const actions = new Set<string>();
  const { hostname, port } = new URL(target);
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    actions.add(actionOf(request.url ?? "/", request.headers, body.toString("latin1")));
    const onward = send(
      { hostname, port, path: request.url, method: request.method, headers: request.headers },
      (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      },
    );
    onward.once("error", () => response.destroy());
    onward.end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    actions: () => [...actions].sort(),
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

/** The signature names the service; the operation is in a header, the path or the form, by the service's protocol. */
function actionOf(path: string, headers: NodeJS.Dict<string | string[]>, body: string): string {
  const [, service = "?"] = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(String(headers["authorization"])) ?? [];
  const [, operation] = /\.(\w+)$/.exec(String(headers["x-amz-target"] ?? "")) ??
    /\/operation\/(\w+)/.exec(path) ??
    /(?:^|&)Action=(\w+)/.exec(body) ?? ["", "GetObject"];
  return `${service === "monitoring" ? "cloudwatch" : service}:${operation}`;
}
