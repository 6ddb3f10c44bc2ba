import type { Client, Found, Outgoing, Prepared, Sent } from "../../functions/providers/provider.ts";
import { shoplazza } from "../../functions/providers/shoplazza/index.ts";
import { Secret, Settings } from "../../functions/providers/shoplazza/settings.ts";
import type { ShoplazzaSwitches } from "../../local/simulators/providers/shoplazza/switches.ts";
import { startSandbox } from "../../local/simulators/sandbox.ts";
import type { CatalogEntry } from "../../shared/connector/tools.ts";
import type { Missing } from "../../shared/stage/config.ts";
import { memoryTools } from "../support/memory-tools.ts";
import { outgoingSample } from "../support/order-sample.ts";

interface Options {
  settings?: Record<string, unknown>;
  missing?: Missing;
  entries?: Record<string, CatalogEntry>;
  token?: string;
  simulator?: Partial<ShoplazzaSwitches>;
  timeout?: number;
}

/** The connector against its simulator, on a clock that only the test moves. */
export async function openClient({ settings = {}, missing = {}, token = "spz-demo-token", ...rest }: Options = {}) {
  const clock = { now: Date.parse("2026-03-01T10:05:00Z") };
  const sandbox = await startSandbox({ clock: () => clock.now, settings: { shoplazza: rest.simulator ?? {} } });
  const counted: string[] = [];
  const tools = memoryTools({
    now: () => clock.now,
    deadline: clock.now + 86_400_000,
    count: (metric) => counted.push(metric),
    ...(rest.entries && { entries: rest.entries }),
    ...(rest.timeout !== undefined && { timeout: rest.timeout }),
  });
  const client: Client = shoplazza.open(
    {
      destination: "shoplazza/demo",
      settings: Settings.parse(settings),
      secret: Secret.parse({ baseUrl: `${sandbox.url}/shoplazza`, token }),
      missing,
    },
    tools,
  );

  const sentOf = (prepared: Prepared, { reference }: Outgoing): Sent => ({
    reference,
    lines: prepared.lines,
    firstSentAt: clock.now,
    lastSentAt: clock.now,
  });
  return {
    sandbox,
    clock,
    tools,
    client,
    counted,
    configure: (switches: Partial<ShoplazzaSwitches>) => sandbox.configure("shoplazza", switches),
    held: () => sandbox.orders("shoplazza"),
    /** Calls of one kind: `GET /openapi/2022-01/orders`. */
    calls: (method: string, path: RegExp) =>
      sandbox.calls("shoplazza").filter((call) => call.method === method && path.test(call.path)),
    async create(outgoing: Outgoing = outgoingSample()) {
      return client.create(await client.prepare(outgoing), outgoing);
    },
    /** The create's body, as the shop got it. */
    async bodyOf(outgoing: Outgoing = outgoingSample()): Promise<Record<string, unknown>> {
      await client.create(await client.prepare(outgoing), outgoing);
      const request: unknown = sandbox.orders("shoplazza").at(-1)?.request;
      return { ...(request as object) };
    },
    /** Sends with a fault, then looks up. */
    async failed(fault: string, outgoing: Outgoing = outgoingSample()) {
      const prepared = await client.prepare(outgoing);
      sandbox.setFault("shoplazza", fault);
      const sent = sentOf(prepared, outgoing);
      const error = await client.create(prepared, outgoing).then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
      return { error, sent, find: (): Promise<Found> => client.find(sent, outgoing) };
    },
    async sent(outgoing: Outgoing = outgoingSample()): Promise<Sent> {
      return sentOf(await client.prepare(outgoing), outgoing);
    },
    [Symbol.asyncDispose]: () => sandbox.stop(),
  };
}
