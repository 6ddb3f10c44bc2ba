import { createHash } from "node:crypto";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export type Service = "sqs" | "secrets" | "s3";

/** Just enough of SQS, Secrets Manager and S3 to count calls and to fail on demand. */
export async function startAwsStub(secret: unknown) {
  const calls: { service: Service; body: string }[] = [];
  const broken = new Map<Service, "error" | "hang">();
  const answers: Record<Service, (body: string) => unknown> = {
    sqs: (body) => ({
      MessageId: "m1",
      MD5OfMessageBody: createHash("md5").update(JSON.parse(body).MessageBody).digest("hex"),
    }),
    secrets: () => ({ SecretString: JSON.stringify(secret) }),
    s3: () => "",
  };
  const held = new Set<ServerResponse>();
  const server = createServer(async (request, response) => {
    const target = String(request.headers["x-amz-target"] ?? "");
    const service: Service = target.startsWith("AmazonSQS") ? "sqs" : target === "" ? "s3" : "secrets";
    const body = await text(request);
    calls.push({ service, body });
    if (broken.get(service) === "hang") return void held.add(response);
    if (broken.get(service) === "error") {
      response.writeHead(500, { "content-type": "application/x-amz-json-1.0" });
      return response.end('{"__type":"InternalFailure","message":"of Ada Muster"}');
    }
    const answer = answers[service](body);
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    return response.end(typeof answer === "string" ? answer : JSON.stringify(answer));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    broken,
    count: (service: Service) => calls.filter((call) => call.service === service).length,
    /** Ends what hangs as a broken connection does. */
    release() {
      for (const response of held) response.destroy();
      held.clear();
    },
    reset() {
      calls.length = 0;
      broken.clear();
    },
    stop() {
      this.release();
      server.closeAllConnections();
      server.close();
    },
  };
}
