import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { standard } from "../../functions/channels/standard/index.ts";
import { type Deps, probeWebhooks } from "../../functions/probe-webhooks/probe-webhooks.ts";
import { nextRecord } from "../../functions/route-order/next-record.ts";
import { type HttpAnswer, HttpFailure, type HttpRequest } from "../../shared/connector/http.ts";
import type { OrderRecord } from "../../shared/ledger/order-record.ts";
import { decide } from "../../shared/routing/decide.ts";
import { Config, Connection } from "../../shared/stage/config.ts";
import { orderOf, read, verify } from "../support/deliveries.ts";
import { newEvent } from "../support/route-order-context.ts";

const KEY = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const START = Date.parse("2026-11-01T12:00:00.000Z");
const configured = { channel: "standard", name: "probe", key: "PR", since: "2026-01-01T00:00:00Z" };
const connection = z.parse(Connection, configured);
/** A careless route: a test order that is fulfilled reaches no provider all the same. */
const config = z.parse(Config, {
  ...{ stage: "test", connections: [configured], destinations: [{ provider: "kakaclo", name: "eu" }] },
  routes: [{ from: ["standard/probe"], to: ["kakaclo/eu"], when: "placed", test: true }],
});

interface Front {
  /** Of the API. */
  answer?: () => Promise<HttpAnswer>;
  /** Of route-order: after how long the order is in the ledger, ms. */
  recordedAfter?: number;
  signingSecrets?: string[];
}

/** Probes against an API and a ledger in memory; the clock moves only while the probe waits. */
async function probe({ answer, recordedAfter = 0, signingSecrets = [KEY] }: Front) {
  let now = START;
  const sent: HttpRequest[] = [];
  let record: OrderRecord | undefined;
  const deps: Deps = {
    address: "https://hooks.example.com/webhooks/standard/probe",
    connection: "probe",
    signingSecrets: async () => signingSecrets,
    http: async (request) => {
      sent.push(request);
      const order = orderOf(await read("standard", request.body ?? "", request.headers));
      const context = { event: newEvent("", { receivedAt: new Date(now).toISOString() }), connection, config, now };
      record = nextRecord(
        undefined,
        { kind: "order", topic: "order", order },
        { ...context, canFetch: false },
        [],
      ).record;
      return (await answer?.()) ?? { status: 200, headers: {}, text: "" };
    },
    ledger: {
      order: async (identity) => {
        deepEqual(identity, { channel: "standard", connection: "probe", orderId: "probe-2026-11-01" });
        return now >= START + recordedAfter ? record : undefined;
      },
    },
    now: () => now,
    sleep: async (ms) => {
      now += ms;
    },
    deadline: START + 58_000,
  };
  return { probed: await probeWebhooks(deps), sent, took: now - START, deps };
}

test("a probe is a webhook that receive-webhook takes for a shop's, and arrives once the ledger has it", async () => {
  const { probed, sent, took } = await probe({ recordedAfter: 7_000 });
  deepEqual([probed, took], [{ outcome: "arrived" }, 7_000]);
  const [{ url, headers = {}, body = "" } = { url: "" }] = sent;
  equal(url, "https://hooks.example.com/webhooks/standard/probe");
  equal(await verify(standard, { headers, body }, { signingSecrets: [KEY] }, START), "authentic");
});

test("its order reaches no provider, even if a route asks for test orders of its connection", async () => {
  const { sent } = await probe({});
  const order = orderOf(await read("standard", sent[0]?.body ?? ""));
  const { destinations, state, reason } = decide(config, connection, order, START);
  deepEqual([state, destinations], ["not-routed", []]);
  match(reason ?? "", /fulfilled/);
  equal(order.test, true);
});

test("what does not arrive says why: refused, not recorded in time, no connection, no key", async () => {
  const refused = await probe({ answer: async () => ({ status: 401, headers: {}, text: "" }) });
  deepEqual(refused.probed, { outcome: "refused", status: 401 });
  const { probed, took } = await probe({ recordedAfter: 60_000 });
  deepEqual(probed, { outcome: "not-recorded" });
  ok(took <= 58_000, "it ends before its function does");
  const unreachable = await probe({
    answer: async () => {
      throw new HttpFailure("no-connection", false);
    },
  });
  deepEqual(unreachable.probed, { outcome: "failed", error: "HttpFailure" });
  deepEqual((await probe({ signingSecrets: ["whpk_x"] })).probed, { outcome: "failed", error: "TypeError" });
});

test("yesterday's order proves nothing: the record must have this probe's time", async () => {
  const { deps } = await probe({});
  const stale = {
    ...deps,
    ledger: { order: async () => ({ freshness: "2026-10-31T12:00:00.000Z|1" }) as OrderRecord },
  };
  deepEqual(await probeWebhooks({ ...stale, http: async () => ({ status: 200, headers: {}, text: "" }) }), {
    outcome: "not-recorded",
  });
});
