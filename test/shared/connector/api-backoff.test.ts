import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import * as z from "zod/mini";
import { type ApiBackoff, createApiBackoff } from "../../../shared/connector/api-backoff.ts";
import { HttpFailure } from "../../../shared/connector/http.ts";
import { Deferred, MalformedEvent, Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { Table } from "../../../shared/ledger/table.ts";
import { Timing } from "../../../shared/stage/config.ts";
import { QUICK_TABLE, startLedger, type TestLedger } from "../../support/ledger-table.ts";

const MINUTE = 60_000;
const timing = z.parse(Timing, {});
let connections = 0;

describe("a connection's API that fails", () => {
  let started: TestLedger;
  before(async () => {
    started = await startLedger(QUICK_TABLE);
  });
  after(() => started.stop());

  /** Environments that share a table and a clock, and a connection of their own. */
  function open() {
    let clock = Date.parse("2026-11-02T00:00:00Z");
    const failures: { connection: string; error: unknown; until: number }[] = [];
    const environment = (table: Table = started.table): ApiBackoff =>
      createApiBackoff({
        table,
        timing,
        now: () => clock,
        random: () => 0.999_999,
        onFailure: (connection, error, until) => failures.push({ connection, error, until }),
      });
    return {
      environment,
      connection: `plain/c${++connections}`,
      failures,
      now: () => clock,
      pass: (ms: number) => {
        clock += ms;
      },
      deadline: () => clock + 30_000,
    };
  }

  /** What a call comes to, and whether it was made at all. */
  async function attempt(
    environment: ApiBackoff,
    { connection, deadline }: Pick<ReturnType<typeof open>, "connection" | "deadline">,
    answer: () => unknown = () => "order",
  ) {
    let called = false;
    try {
      const result = await environment.run(connection, deadline(), async () => {
        called = true;
        return answer();
      });
      return { called, result };
    } catch (error) {
      return { called, error };
    }
  }
  const fails = (error: unknown) => () => {
    throw error;
  };

  for (const [what, error] of [
    ["does not answer", new HttpFailure("timeout", true)],
    ["is down", new Unavailable("maintenance")],
    ["refuses our credentials", new Misconfigured("401")],
    ["throttles us", new Throttled("429")],
  ] as const) {
    test(`is left alone once it ${what}, in this environment and in the others, until its backoff ends`, async () => {
      const api = open();
      const [one, other] = [api.environment(), api.environment()];
      equal((await attempt(one, api, fails(error))).error, error, "the error itself arrives");
      for (const environment of [one, other, api.environment()]) {
        const next = await attempt(environment, api);
        equal(next.called, false);
        ok(next.error instanceof Deferred && next.error.until > api.now());
      }
      api.pass(MINUTE);
      for (const environment of [other, one])
        deepEqual(await attempt(environment, api), { called: true, result: "order" });
    });
  }

  test("does not keep another connection from its own API", async () => {
    const [down, well] = [open(), open()];
    const environment = down.environment();
    await attempt(environment, down, fails(new Unavailable("down")));
    deepEqual(await attempt(environment, { ...down, connection: well.connection }), { called: true, result: "order" });
  });

  test("hangs in few slots: the others of this environment are given back at its first failure, without a call", async () => {
    const [api, well] = [open(), open()];
    const environment = api.environment();
    let calls = 0;
    const hung: ((error: unknown) => void)[] = [];
    const ten = Array.from({ length: 10 }, () =>
      environment.run(api.connection, api.deadline(), () => {
        calls += 1;
        return new Promise((_, reject) => hung.push(reject));
      }),
    );
    const outcomes = Promise.allSettled(ten);
    // Another connection's call is made and answered while these hang.
    deepEqual(await attempt(environment, { ...api, connection: well.connection }), { called: true, result: "order" });
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      if (hung.length >= 4) break;
    }
    for (const reject of hung) reject(new HttpFailure("timeout", true));
    const errors = (await outcomes).map((outcome) => outcome.status === "rejected" && outcome.reason);
    equal(calls, 4);
    equal(errors.filter((error) => error instanceof Deferred).length, 6);
    equal(api.failures.length, 1, "four calls that fail together are one failure");
  });

  for (const failures of [1, 2, 3, 4]) {
    test(`is probed by one call of all environments at a time, after ${failures} failures in a row`, async () => {
      const api = open();
      const known = api.environment();
      for (let count = 0; count < failures; count++) {
        await attempt(known, api, fails(new Unavailable("down")));
        api.pass((api.failures.at(-1)?.until ?? 0) - api.now());
      }
      const environments = [known, ...Array.from({ length: 9 }, () => api.environment())];
      let calls = 0;
      let answer = (_: string) => {};
      const hang = () => {
        calls += 1;
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      };
      let deferred = 0;
      const allDeferred = new Promise<void>((resolve) => {
        const came = (error: unknown) => {
          if (error instanceof Deferred && error.until > api.now()) deferred += 1;
          if (deferred === 19) resolve();
        };
        // Two records of each environment: one of the twenty is the probe.
        for (const environment of [...environments, ...environments]) {
          environment.run(api.connection, api.deadline(), hang).catch(came);
        }
      });
      await allDeferred;
      equal(calls, 1);
      equal((await attempt(api.environment(), api)).called, false, "it is still probed");
      answer("order");
      await untilCalled(() => attempt(known, api));
      for (const environment of environments) equal((await attempt(environment, api)).called, true);
    });
  }

  /** The lease is given back, and the success written, after the answer. */
  async function untilCalled(again: () => Promise<{ called: boolean }>): Promise<void> {
    while (!(await again()).called) await new Promise((resolve) => setImmediate(resolve));
  }

  test("is probed again once the deadline of an environment that died in its probe is over", async () => {
    const api = open();
    await attempt(api.environment(), api, fails(new Unavailable("down")));
    api.pass(MINUTE);
    let end = (_: Error) => {};
    await new Promise<void>((resolve) => {
      const died = api.environment().run(api.connection, api.deadline(), () => {
        resolve();
        return new Promise((_, reject) => {
          end = reject;
        });
      });
      died.catch(() => undefined);
    });
    equal((await attempt(api.environment(), api)).called, false);
    api.pass(30_001);
    equal((await attempt(api.environment(), api)).called, true);
    end(new Error("the test is over"));
  });

  test("that never answers at all is noted before the record's deadline", async () => {
    const api = open();
    const call = api.environment().run(api.connection, api.now() + 600, () => new Promise(() => {}));
    await rejects(call, Unavailable);
    equal((await attempt(api.environment(), api)).called, false);
  });

  test("is left alone for as long as its Retry-After says, however short or long", async () => {
    for (const [seconds, until] of [
      [2, 2_000],
      [3_600, 3_600_000],
    ] as const) {
      const api = open();
      const environment = api.environment();
      await attempt(environment, api, fails(new Throttled("429", seconds * 1000)));
      api.pass(until - 1);
      const early = await attempt(environment, api);
      ok(!early.called && early.error instanceof Deferred);
      equal(early.error.until, api.now() + 1);
      api.pass(1);
      equal((await attempt(environment, api)).called, true);
    }
  });

  test("is left alone longer with each failure in a row, over all environments; a success forgets them", async () => {
    const api = open();
    const waits: number[] = [];
    const failOnce = async () => {
      await attempt(api.environment(), api, fails(new Unavailable("down")));
      const until = api.failures.at(-1)?.until ?? 0;
      waits.push(Math.round((until - api.now()) / 1000));
      api.pass(until - api.now());
    };
    for (let count = 0; count < 8; count++) await failOnce();
    deepEqual(waits, [30, 60, 120, 240, 480, 960, 1800, 1800]);
    equal((await attempt(api.environment(), api)).called, true);
    waits.length = 0;
    await failOnce();
    deepEqual(waits, [30]);
  });

  test("is not one that cannot be mapped, nor one that waits for a turn: other orders go on", async () => {
    const api = open();
    const environment = api.environment();
    for (const error of [
      new MalformedEvent({ field: "lines.0.price", problem: "is missing" }),
      new Deferred("a turn", api.now()),
      new TypeError("x is undefined"),
    ]) {
      equal((await attempt(environment, api, fails(error))).error, error);
      equal((await attempt(environment, api)).called, true);
    }
    deepEqual(api.failures, []);
  });

  test("is remembered by this environment when the ledger cannot be written, and its own error still arrives", async () => {
    const api = open();
    const broken = { ...started.table, put: () => Promise.reject(new Error("ledger down")) };
    const environment = api.environment(broken);
    const error = new Unavailable("down");
    equal((await attempt(environment, api, fails(error))).error, error);
    equal((await attempt(environment, api)).called, false);
  });
});
