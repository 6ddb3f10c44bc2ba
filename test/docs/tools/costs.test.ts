import { deepEqual, equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, describe, test } from "node:test";
import * as z from "zod/mini";
import { sumOf } from "../../../docs/tools/costs/cost.ts";
import { MEASURED } from "../../../docs/tools/costs/measured.ts";
import { costReport, withReport } from "../../../docs/tools/costs/report.ts";
import { costsOf, metricsOf } from "../../../docs/tools/costs/stage-costs.ts";
import { loadChannel } from "../../../functions/channels/registry.ts";
import { eraseWalk } from "../../../functions/find-due/erase-walk.ts";
import { findDue } from "../../../functions/find-due/find-due.ts";
import { gauges } from "../../../functions/find-due/gauges.ts";
import { routeOrder } from "../../../functions/route-order/route-order.ts";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { bareTemplate } from "../../../infra/template.ts";
import { createLedger, type Ledger } from "../../../shared/ledger/ledger.ts";
import { createTable } from "../../../shared/ledger/table.ts";
import { pack } from "../../../shared/messages/event.ts";
import { METRICS } from "../../../shared/telemetry/metrics.ts";
import { NO_OBJECTS } from "../../support/event-store.ts";
import { startLedger, TABLE_EMULATORS, type TestLedger } from "../../support/ledger-table.ts";
import { firstReceive, noChannelApi } from "../../support/no-channel-api.ts";
import { Relay } from "../../support/relay.ts";
import { stage as shipped } from "../../support/stages/prod.ts";
import { connectors } from "../../support/synthesised.ts";

const costs = (changes: Partial<StageFile> = {}) => {
  const stage = readStage({ ...shipped, ...changes }, connectors);
  return costsOf(stage, bareTemplate(stage));
};
const line = (list: ReturnType<typeof costs>["rest"], what: string) => list.find((one) => one.what === what);

test("docs/costs.md says what npm run costs says of the shipped stage", () => {
  const page = readFileSync(new URL("../../../docs/costs.md", import.meta.url), "utf8");
  const stage = readStage(shipped, connectors);
  equal(page, withReport(page, costReport(stage, bareTemplate(stage))));
});

test("docs/costs.md counts the metrics as they are", () => {
  const page = readFileSync(new URL("../../../docs/costs.md", import.meta.url), "utf8");
  const { endpoint, connection, destination } = METRICS;
  ok(page.includes(`${endpoint.length} for each endpoint, ${connection.length} for each connection`));
  ok(page.includes(`${connection.length} for each connection, ${destination.length} for each destination`));
});

test("a NAT gateway with its address, and a warm instance, cost what the pages say", () => {
  const destinations = [
    { provider: "lingxing", name: "us", settings: { store: { name: "My Store-US", country: "US" } } },
  ];
  const routes = [{ from: ["shopify/main"], to: ["lingxing/us"] }];
  const plain = costs({ destinations, routes });
  const fixed = costs({ destinations, routes, fixedEgress: ["lingxing"] });
  equal((sumOf(fixed.rest) - sumOf(plain.rest)).toFixed(2), "36.50");
  const warm = costs({ provisionedConcurrency: 1 });
  equal(line(warm.rest, "receive-webhook kept warm")?.usd.toFixed(2), "4.38");
});

test("polling, alarms, secrets and metrics grow with the template", () => {
  const destinations = [...(shipped.destinations ?? []), { provider: "kakaclo", name: "us" }];
  const [less, more] = [costs(), costs({ destinations })];
  for (const what of ["polling of queues", "alarms", "secrets", "gauges"]) {
    ok((line(more.rest, what)?.quantity ?? 0) > (line(less.rest, what)?.quantity ?? 0), what);
  }
  const of = (file: StageFile) => metricsOf(readStage(file, connectors));
  equal(of({ ...shipped, destinations }) - of(shipped), 13);
});

const Consumed = z.object({ ConsumedCapacity: z.object({ CapacityUnits: z.number() }) });

/** Only DynamoDB Local counts the index. */
const [, local] = TABLE_EMULATORS;
describe("what the cost model says of the ledger, counted on DynamoDB Local", { skip: local?.skip ?? true }, () => {
  let started: TestLedger;
  let ledger: Ledger;
  const used = { writes: 0, reads: 0 };
  const now = () => Date.parse("2026-11-21T00:30:00Z");
  before(async () => {
    started = await startLedger("dynamodb-local");
    // Every command of the ledger is asked what it consumed.
    const { client } = started;
    const send = (async (command: Parameters<typeof client.send>[0]) => {
      Object.assign(command.input, { ReturnConsumedCapacity: "INDEXES" });
      const answer = await client.send(command);
      const { ConsumedCapacity } = z.parse(Consumed, answer);
      const kind = /^(Get|Query)/.test(command.constructor.name) ? "reads" : "writes";
      // Of an empty answer DynamoDB Local counts nothing; AWS counts half a unit.
      used[kind] += Math.max(kind === "reads" ? 0.5 : 0, ConsumedCapacity.CapacityUnits);
      return answer;
    }) as typeof client.send;
    ledger = createLedger(createTable({ send }, "ledger"), NO_OBJECTS, { now });
  });
  after(() => started.stop());

  test("recording an order, a delivery, an update, and a pass that finds nothing", async () => {
    const relay = new Relay(
      { ...started, ledger },
      {
        connections: [{ channel: "shopify", name: "main", key: "SH", maxOrderAge: "none" }],
        routes: [{ from: ["shopify/main"], to: ["parcelworks/demo"], when: "placed", test: true }],
      },
    );
    relay.clock = now();
    const folder = new URL("../../../functions/channels/shopify/fixtures/", import.meta.url);
    const body = readFileSync(new URL("orders-updated.json", folder), "utf8");
    const headers = JSON.parse(readFileSync(new URL("orders-updated.headers.json", folder), "utf8"));
    const event = {
      ...{ source: "webhook" as const, channel: "shopify", endpoint: "main", eventId: "evt_1", method: "POST" },
      ...{ rawPath: "/webhooks/shopify/main", rawQuery: "", query: {}, headers },
      receivedAt: new Date(now()).toISOString(),
    };
    const deps = {
      ...noChannelApi,
      ...{
        config: relay.config,
        ledger,
        now,
        random: Math.random,
        channelOf: async (name: string) => loadChannel(name),
      },
      queues: {
        sendToDestination: async (_: string, message: string) => relay.send(message),
        sendToIntake: async () => {},
      },
      eventStore: NO_OBJECTS,
    };
    const measure = async (work: () => Promise<unknown>) => {
      Object.assign(used, { writes: 0, reads: 0 });
      await work();
      return { ...used };
    };

    deepEqual(
      await measure(() => routeOrder(firstReceive(pack({ ...event, body: Buffer.from(body) }), now()), deps)),
      MEASURED.record,
    );
    deepEqual(await measure(() => relay.run()), MEASURED.delivery);
    const later = (hour: number) =>
      body.replace(/"updated_at": ?"[^"]+"/, `"updated_at":"2026-11-20T2${hour}:00:00Z","note":"${hour}"`);
    const update = (hour: number) =>
      routeOrder(firstReceive(pack({ ...event, body: Buffer.from(later(hour)) }), now()), deps);
    // The trace grows with each: the fifth event of an order is the dearest that the model counts.
    for (const hour of [0, 1, 2]) equal((await update(hour)).outcome, "updated");
    deepEqual(await measure(() => update(3)), MEASURED.update);

    await ledger.moveDueCursor(now() - 60_000);
    const pass = { config: relay.config, ledger, queues: deps.queues, now, deadline: now() + 30_000 };
    // The very first pass writes where the walk that erases data is.
    await eraseWalk(pass);
    deepEqual(
      await measure(async () => {
        await findDue(pass);
        await eraseWalk(pass);
        await gauges(ledger, relay.config, now());
      }),
      MEASURED.pass,
    );
  });
});
