import type { IncomingMessage, ServerResponse } from "node:http";
import { userInfo } from "node:os";
import { getRequestListener } from "@hono/node-server";
import * as z from "zod/mini";
import type { Sandbox as ConsoleSandbox } from "../console/sandbox.ts";
import { CommandError } from "../operator/command-error.ts";
import { stageAt } from "../operator/open-stage.ts";
import type { Assembly } from "./assembly/assembly.ts";
import { ACCOUNT, REGION } from "./aws/aws-account.ts";
import { accessKeyOf } from "./aws/aws-calls.ts";
import { emfFigures } from "./emf-figures.ts";
import { configOf } from "./hosted-stage.ts";
import type { ChannelSandbox } from "./simulators/channel-sandbox.ts";
import { ChannelRefusal } from "./simulators/channel-simulator.ts";
import { PartialOrder } from "./simulators/partial-order.ts";
import type { Sandbox } from "./simulators/sandbox.ts";

interface Parts {
  assembly: Assembly;
  awsUrl: string;
  /** Where the channels' simulators listen. */
  simulators: string;
  /** Of the stack. */
  url: string;
  channels: ChannelSandbox;
  sandbox: Sandbox;
  /** Of the functions' output. */
  logFolder: string;
}

/** The console over the local stack: at `/` and below `/console/`. */
export interface StackConsole {
  isAt(request: IncomingMessage): boolean;
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
}

/** Made with the first request for it: a stack whose page is never opened bundles nothing. */
export function createStackConsole({
  assembly,
  awsUrl,
  simulators,
  url,
  channels,
  sandbox,
  logFolder,
}: Parts): StackConsole {
  const host = new URL(url).host;
  const config = configOf(assembly.functions);
  const open = async () => {
    if (!config) throw new CommandError("The hosted stage has no function, so it has nothing to show.");
    const credentials = { accessKeyId: accessKeyOf("operator"), secretAccessKey: "local" };
    const access = { endpoint: awsUrl, region: REGION, credentials };
    return stageAt(config, { access, account: ACCOUNT, who: `local:${userInfo().username}`, simulators });
  };
  let listener: Promise<ReturnType<typeof getRequestListener>> | undefined;
  const figures = emfFigures(logFolder);
  const listen = async () => {
    const { createConsole } = await import("../console/create-console.ts");
    const page = createConsole({
      stage: config?.stage ?? "local",
      open,
      hosts: () => [host, host.replace("127.0.0.1", "localhost")],
      isOpen: true,
      figures: () => figures,
      sandbox: sandboxOf(channels, sandbox),
    });
    return getRequestListener(page.fetch, { overrideGlobalObjects: false });
  };
  return {
    isAt: ({ url: path = "/" }) => /^\/(?:\?|$)|^\/console(?:\/|\?|$)/.test(path),
    async handle(request, response) {
      listener ??= listen();
      const answer = await listener;
      await answer(request, response);
    },
  };
}

const sandboxOf = (channels: ChannelSandbox, providers: Sandbox): ConsoleSandbox => ({
  connections: () => [...channels.connections],
  providers: () => providers.providers.map((name) => ({ name, faults: [...providers.faults(name)] })),
  async send(path, order) {
    const [channel = "", connection = ""] = path.split("/");
    const simulator = channels.find(channel, connection);
    if (!simulator) throw new CommandError(`No connection ${path} is simulated.`);
    const partial = z.safeParse(PartialOrder, order);
    if (!partial.success) throw new CommandError(z.prettifyError(partial.error));
    try {
      return await simulator.send({ order: partial.data });
    } catch (error) {
      if (error instanceof ChannelRefusal) throw new CommandError(error.message);
      throw error;
    }
  },
  async fail(provider, fault, times) {
    try {
      providers.setFault(provider, fault, times);
    } catch (error) {
      if (error instanceof RangeError) throw new CommandError(error.message);
      throw error;
    }
  },
});
