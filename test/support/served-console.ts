import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createAdaptorServer } from "@hono/node-server";
import { type ConsoleOptions, createConsole } from "../../console/create-console.ts";
import { type OpenStage, stageAt } from "../../operator/open-stage.ts";
import type { Config } from "../../shared/stage/config.ts";

export interface ServedConsole {
  url: string;
  stage: OpenStage;
  stop(): void;
}

/** The console on a port, upon a ledger in memory; its queues are empty. Without tokens, as in the local stack. */
export async function serveConsole(
  config: Config,
  parts: Partial<OpenStage>,
  options: Partial<ConsoleOptions> = {},
): Promise<ServedConsole> {
  const queues = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ Attributes: { ApproximateNumberOfMessages: "0" } }));
  });
  const endpoint = await addressOf(queues);
  const credentials = { accessKeyId: "none", secretAccessKey: "none" };
  const access = { region: "eu-central-1", endpoint, credentials };
  const who = "arn:aws:sts::111122223333:assumed-role/Operator/ada";
  const stage = { ...stageAt(config, { access, account: "111122223333", who }), ...parts };
  let url = "";
  const page = createConsole({
    stage: config.stage,
    open: async () => stage,
    hosts: () => [new URL(url).host],
    isOpen: true,
    ...options,
  });
  const server = createAdaptorServer({ fetch: page.fetch, overrideGlobalObjects: false });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stage,
    stop() {
      for (const one of [server, queues]) one.close();
      queues.closeAllConnections();
      if ("closeAllConnections" in server) server.closeAllConnections();
    },
  };
}

async function addressOf(server: ReturnType<typeof createServer>): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
