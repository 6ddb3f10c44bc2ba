import { deepEqual, equal, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { lingxing } from "../../functions/providers/lingxing/index.ts";
import { Deferred, InDoubt, Throttled, Unavailable } from "../../shared/errors.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { startCompany } from "./lingxing-environment.ts";

const CREATE = "/order/amzod/api/createOrder";
const order = (number: number) => outgoingSample({}, `SHO1-${number}`);

describe("Lingxing's one request in flight", () => {
  test("six environments create one after the other, and none is throttled", async (context) => {
    const company = await startCompany(context, { answerDelayMs: 60 });
    const environments = [1, 2, 3, 4, 5, 6].map(() => company.environment());
    await Promise.all(environments.map((environment, index) => environment.create(order(index))));
    equal(company.sandbox.orders("lingxing").length, 6);
    deepEqual(
      environments.flatMap(({ counted }) => counted),
      [],
    );
    equal(company.calls(CREATE), 6);
  });

  test("without our queue the simulator would have throttled some", async (context) => {
    const company = await startCompany(context, { answerDelayMs: 200 });
    const apps = [company.environment(), company.environment()];
    for (const { client } of apps) await client.check?.();
    company.table.put = async () => "written";
    const outcomes = await Promise.allSettled(apps.map(({ create }, index) => create(order(index))));
    deepEqual(outcomes.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  });

  test("a call that we gave up holds the next ones back until Lingxing has forgotten it", async (context) => {
    const company = await startCompany(context, { abandonedMs: 1_500 });
    const hasty = company.environment({ settings: { abandonedFor: "1500ms" }, callTimeout: 300 });
    const next = company.environment({ settings: { abandonedFor: "1500ms" } });
    await next.client.prepare(order(2));
    await hasty.client.prepare(order(1));
    company.sandbox.setFault("lingxing", "timeout-before-create");
    await rejects(hasty.create(order(1)), InDoubt);
    await next.create(order(2));
    deepEqual(next.counted, []);
    equal(company.sandbox.orders("lingxing").length, 1);
  });

  test("one that was answered, however badly, lets the next one in at once", async (context) => {
    const company = await startCompany(context);
    const environment = company.environment();
    await environment.client.prepare(order(1));
    for (const fault of ["error-500", "html-200", "reject", "throttle"]) {
      company.sandbox.setFault("lingxing", fault);
      await rejects(environment.create(order(1)));
    }
    // A turn that never comes would be Deferred: the lease lasts two minutes, the record one.
    await environment.create(order(1));
    equal(company.sandbox.orders("lingxing").length, 1);
  });

  test("whose turn does not come in time comes again, and has attempted nothing", async (context) => {
    const company = await startCompany(context);
    const slow = company.environment({ callTimeout: 300 });
    // Of the record's 60 s nearly all are its one call's: there is no time to wait.
    const other = company.environment({ callTimeout: 58_000 });
    await slow.client.prepare(order(1));
    const prepared = await company.environment().client.prepare(order(2));
    company.sandbox.setFault("lingxing", "timeout-before-create");
    await rejects(slow.create(order(1)), InDoubt);
    await rejects(
      other.client.create(prepared, order(2)),
      (error) => error instanceof Deferred && /another call/.test(error.reason),
    );
    equal(company.calls(CREATE), 1);
  });

  test("each URL has a queue of its own: a look-up does not wait for an abandoned create", async (context) => {
    const company = await startCompany(context);
    const hasty = company.environment({ callTimeout: 300 });
    const prepared = await hasty.client.prepare(order(1));
    company.sandbox.setFault("lingxing", "timeout-after-create");
    await rejects(hasty.client.create(prepared, order(1)), InDoubt);
    const sent = { reference: "SHO1-1", lines: prepared.lines, firstSentAt: 0, lastSentAt: 0 };
    equal((await company.environment().client.find(sent, order(1))).found, "same");
  });

  for (const throttleCode of ["3001008", "103"] as const) {
    test(`waits for another client's request in flight (${throttleCode})`, async (context) => {
      const company = await startCompany(context, { throttleCode, capacity: 0 });
      const environment = company.environment();
      await rejects(environment.client.prepare(order(1)), Throttled);
      deepEqual(environment.counted, ["throttled"]);
    });
  }

  test("each attempt has its own signature: one that waited three minutes is not refused", async (context) => {
    const company = await startCompany(context);
    const { client } = company.environment();
    const prepared = await client.prepare(order(1));
    company.sandbox.setFault("lingxing", "throttle");
    await rejects(client.create(prepared, order(1)), Throttled);
    company.pass(180_000);
    await company.environment().client.create(prepared, order(1));
    const [before, after] = company.sandbox
      .calls("lingxing")
      .filter(({ path }) => path === CREATE)
      .map(({ query }) => new URLSearchParams(query).get("timestamp"));
    equal(Number(after) - Number(before) >= 180, true);
  });

  test("a clock that is wrong by more than two minutes is reported as such", async (context) => {
    const company = await startCompany(context, { signatureSeconds: -1 });
    await rejects(company.environment().client.check?.() ?? Promise.resolve(), /Is our clock right/);
  });

  test("what is shipped waits as long as the document says", () => {
    const { call, settling, function: whole = 0 } = lingxing.timing;
    deepEqual([lingxing.oneInFlight, call, settling], [true, 60_000, 120_000]);
    // Two calls, should the first have been refused for its token, and whatever was looked up before.
    equal(whole >= 2 * call + 30_000, true);
    const { abandonedFor, refreshEarly, tokenForm } = lingxing.settings.parse({ store: { name: "x", country: "US" } });
    deepEqual([abandonedFor, refreshEarly, tokenForm], [120_000, 300_000, "multipart"]);
  });

  test("without a connection the order is not in doubt, and the next request does not wait", async (context) => {
    const company = await startCompany(context);
    const environment = company.environment();
    const prepared = await environment.client.prepare(order(1));
    await company.sandbox.stop();
    await rejects(environment.client.create(prepared, order(1)), Unavailable);
    await rejects(environment.client.create(prepared, order(1)), Unavailable);
  });
});
