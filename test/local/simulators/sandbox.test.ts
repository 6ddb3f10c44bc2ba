import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { once } from "node:events";
import { get } from "node:http";
import { connect } from "node:net";
import { describe, test } from "node:test";
import { startSandbox } from "../../../local/simulators/sandbox.ts";
import { call } from "../../support/sandbox-client.ts";
import { eventually } from "./eventually.ts";
import { kakacloOrder, openKakaclo } from "./kakaclo-calls.ts";
import { openS2 } from "./s2-calls.ts";

/** Both simulators with the same verbs: `create` sends a good order, `held` counts the orders. */
const providers = {
  kakaclo: async () => {
    const kakaclo = await openKakaclo({ data: "string" });
    const send = (signal?: AbortSignal) =>
      call(`${kakaclo.sandbox.url}/kakaclo/openapi/v2/order/orders`, {
        headers: { authorization: "Bearer kk-demo-token" },
        body: kakacloOrder(),
        ...(signal && { signal }),
      });
    return { sandbox: kakaclo.sandbox, name: "kakaclo", send, lookUp: () => kakaclo.get("openapi/v2/order/orders") };
  },
  s2: async () => {
    const s2 = await openS2();
    const send = (signal?: AbortSignal) =>
      call(`${s2.sandbox.url}/s2/order`, { headers: s2.headers, body: s2.order(), ...(signal && { signal }) });
    return { sandbox: s2.sandbox, name: "s2", send, lookUp: () => s2.get("/order") };
  },
} as const;

for (const [name, open] of Object.entries(providers)) {
  describe(`faults of ${name}`, () => {
    /** Sets the fault for one create, sends two, and looks at what the first got and whether the second is whole. */
    async function strike(fault: string) {
      const { sandbox, send, lookUp } = await open();
      try {
        sandbox.setFault(name, fault);
        const answer = await send();
        const held = sandbox.orders(name).length;
        ok((await send()).status < 300, "only one create was to fail");
        equal(sandbox.orders(name).length, held + 1);
        equal((await lookUp()).status, 200);
        return { answer, held };
      } finally {
        await sandbox.stop();
      }
    }

    for (const [fault, created] of [
      ["timeout-after-create", 1],
      ["timeout-before-create", 0],
    ] as const) {
      test(`${fault}: never an answer, ${created} created`, async () => {
        const { sandbox, send } = await open();
        sandbox.setFault(name, fault);
        const hangUp = new AbortController();
        const answer = send(hangUp.signal);
        await eventually(() => sandbox.calls(name).at(-1)?.status === "no-answer");
        equal(sandbox.orders(name).length, created);
        hangUp.abort();
        await rejects(answer, { name: "AbortError" });
        await sandbox.stop();
      });
    }

    for (const [fault, created] of [
      ["reset-after-create", 1],
      ["reset-before-create", 0],
    ] as const) {
      test(`${fault}: the connection breaks, ${created} created`, async () => {
        const { sandbox, send } = await open();
        sandbox.setFault(name, fault);
        await rejects(send(), TypeError);
        equal(sandbox.orders(name).length, created);
        ok((await send()).status < 300);
        await sandbox.stop();
      });
    }

    test("created-late: the order appears after the client has hung up", async () => {
      const { sandbox, send } = await open();
      sandbox.configure(name, { lateMs: 50 });
      sandbox.setFault(name, "created-late");
      const hangUp = new AbortController();
      const answer = send(hangUp.signal);
      await eventually(() => sandbox.calls(name).at(-1)?.status === "no-answer");
      hangUp.abort();
      await rejects(answer);
      equal(sandbox.orders(name).length, 0);
      await eventually(() => sandbox.orders(name).length === 1);
      await sandbox.stop();
    });

    test("error-500-after-create: 500, and the order exists", async () => {
      const { answer, held } = await strike("error-500-after-create");
      deepEqual([answer.status, held], [500, 1]);
    });

    test("error-500: 500, and no order exists", async () => {
      const { answer, held } = await strike("error-500");
      deepEqual([answer.status, held], [500, 0]);
    });

    test("unavailable-503: no order exists", async () => {
      const { answer, held } = await strike("unavailable-503");
      deepEqual([answer.status, held], [503, 0]);
    });

    test("throttle: 429, and no order exists", async () => {
      const { answer, held } = await strike("throttle");
      deepEqual([answer.status, answer.headers.get("retry-after"), held], [429, null, 0]);
    });

    test("reject: the provider's permanent error", async () => {
      const { answer, held } = await strike("reject");
      equal(held, 0);
      if (name === "kakaclo") deepEqual([answer.status, (answer.json as { code: number }).code], [200, 20003]);
      else deepEqual([answer.status, Object.keys(answer.json as object)], [400, ["message"]]);
    });

    test("duplicate: as if the order existed", async () => {
      const { answer, held } = await strike("duplicate");
      equal(held, 0);
      match(
        answer.text,
        name === "kakaclo" ? /"code":20004,.*KA10001 already exists/ : /ALREADY_EXISTS.*test_order_id2/,
      );
    });

    test("401-once: the credentials were good", async () => {
      const { answer, held } = await strike("401-once");
      deepEqual([answer.status, held], [401, 0]);
    });

    test("html-200: a page of an intermediate server", async () => {
      const { answer, held } = await strike("html-200");
      deepEqual(
        [answer.status, answer.headers.get("content-type"), answer.json, held],
        [200, "text/html", undefined, 0],
      );
    });

    test("redirect: to the same path, for clients that follow", async () => {
      const { answer, held } = await strike("redirect");
      deepEqual([answer.status, held], [307, 0]);
      const path = name === "kakaclo" ? "/kakaclo/openapi/v2/order/orders" : "/s2/order";
      equal(new URL(answer.headers.get("location") ?? "", `http://x${path}`).pathname, path);
    });

    test("created-but-unreadable-2xx and empty-2xx: created, but the answer cannot be parsed", async () => {
      for (const fault of ["created-but-unreadable-2xx", "empty-2xx"]) {
        const { answer, held } = await strike(fault);
        deepEqual([answer.status, answer.json, held], [200, undefined, 1]);
      }
    });

    test("wrong-content-type: the right answer with the wrong content type", async () => {
      const { answer, held } = await strike("wrong-content-type");
      deepEqual([answer.headers.get("content-type"), answer.json === undefined, held], ["text/html", false, 1]);
    });

    test("oversized-10mb: the right answer after ten megabytes of nothing", async () => {
      const { answer, held } = await strike("oversized-10mb");
      ok(answer.text.length > 10 * 1024 * 1024);
      deepEqual([answer.json === undefined, held], [false, 1]);
    });

    test("slow: the right answer, late", async () => {
      const { sandbox, send } = await open();
      sandbox.configure(name, { slowMs: 20 });
      sandbox.setFault(name, "slow");
      const { status, json } = await send();
      deepEqual([status, json === undefined, sandbox.orders(name).length], [200, false, 1]);
      await sandbox.stop();
    });

    test("look-ups have their own faults, which creates leave pending", async () => {
      const { sandbox, send, lookUp } = await open();
      sandbox.setFault(name, "lookup-down");
      sandbox.setFault(name, "lookup-unreadable");
      equal((await send()).status, 200);
      equal((await lookUp()).status, 503);
      deepEqual((await lookUp()).json, undefined);
      equal((await lookUp()).status, 200);
      await sandbox.stop();
    });
  });
}

describe("the sandbox", () => {
  test("knows at least the faults of the local stack's surface, and refuses others", async () => {
    await using s2 = await openS2();
    for (const provider of s2.sandbox.providers) {
      const missing = [
        "timeout-after-create",
        "timeout-before-create",
        "reset-after-create",
        "error-500-after-create",
        "error-500",
        "throttle",
        "reject",
        "duplicate",
      ].filter((fault) => !s2.sandbox.faults(provider).includes(fault));
      deepEqual(missing, []);
    }
    for (const fault of ["flood", "constructor", "__proto__"])
      throws(() => s2.sandbox.setFault("s2", fault), /knows no fault/);
    throws(() => s2.sandbox.setFault("s2", "error-500", -1), RangeError);
    throws(() => s2.sandbox.setFault("no-such", "error-500"), /No simulator "no-such"/);
  });

  test("faults strike in the order in which they were set, and 0 removes them", async () => {
    await using s2 = await openS2();
    s2.sandbox.setFault("s2", "throttle", 2);
    s2.sandbox.setFault("s2", "error-500");
    s2.sandbox.setFault("s2", "reject");
    s2.sandbox.setFault("s2", "error-500", 0);
    const statuses: number[] = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await s2.create()).status);
    deepEqual(statuses, [429, 429, 400, 200]);
  });

  test("a refused create leaves the fault pending", async () => {
    await using s2 = await openS2();
    s2.sandbox.setFault("s2", "error-500-after-create");
    equal((await s2.create(s2.order(), {})).status, 401);
    equal((await s2.create({})).status, 400);
    equal((await s2.create()).status, 500);
    equal((await s2.create()).status, 200);
  });

  test("throttle answers carry Retry-After when switched", async () => {
    await using s2 = await openS2({ retryAfterSeconds: 7 });
    s2.sandbox.setFault("s2", "throttle");
    equal((await s2.create()).headers.get("retry-after"), "7");
  });

  test("slow-drip: the right answer, byte by byte", async () => {
    await using kakaclo = await openKakaclo({ dripMs: 1 });
    kakaclo.sandbox.setFault("kakaclo", "slow-drip");
    equal((await kakaclo.create()).text, '{"code":10000,"message":"success","data":1000000371651}');
  });

  test("a switch delays every create", async () => {
    await using s2 = await openS2({ answerDelayMs: 20 });
    equal((await s2.create()).status, 200);
  });

  test("answers are compressed and called text where so switched, and are the same answers", async () => {
    await using s2 = await openS2();
    const plain = await s2.get("/product?term=DEMO-1");
    s2.sandbox.configure("s2", { compression: "gzip", jsonType: "text/plain" });
    const other = await s2.get("/product?term=DEMO-1");
    deepEqual(
      [other.headers.get("content-encoding"), other.headers.get("content-type"), other.text],
      ["gzip", "text/plain", plain.text],
    );
  });

  test("a firewall refuses calls without a user agent where so switched", async () => {
    await using s2 = await openS2({ userAgent: "required" });
    const called = (headers: Record<string, string>) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = get(`${s2.sandbox.url}/s2/order`, { headers: { ...s2.headers, ...headers } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.on("error", reject);
      });
    equal(await called({}), 403);
    equal(await called({ "user-agent": "order-relay" }), 200);
  });

  test("calls show method, path, query, status and fault, in order", async () => {
    await using s2 = await openS2();
    s2.sandbox.reset("s2");
    s2.sandbox.setFault("s2", "error-500");
    await s2.create();
    await s2.get("/order?term=a%20b");
    deepEqual(
      s2.sandbox.calls("s2").map(({ at, ...rest }) => rest),
      [
        { method: "POST", path: "/order", query: "", status: 500, fault: "error-500" },
        { method: "GET", path: "/order", query: "term=a+b", status: 200 },
      ],
    );
  });

  test("a reset forgets orders, faults, calls and switches, but not values that clients have cached", async () => {
    await using s2 = await openS2({ successStatus: 201 });
    await s2.create();
    s2.sandbox.setFault("s2", "error-500");
    s2.sandbox.configure("s2", { successStatus: 200 });
    s2.sandbox.reset();
    deepEqual([s2.sandbox.orders("s2"), s2.sandbox.calls("s2")], [[], []]);
    equal((await s2.create()).status, 201);
  });

  test("switches that do not exist are refused", async () => {
    await rejects(startSandbox({ settings: { s2: { ["speed"]: 1 } as object } }), /s2 has no switch "speed"/);
  });

  test("unknown providers and paths give a 404", async () => {
    await using s2 = await openS2();
    for (const path of ["/", "/no-such/order", "/constructor/x", "//s2/order", "/s2", "/s2/%zz", "/s2/order/../x"]) {
      equal((await call(`${s2.sandbox.url}${path}`, { headers: s2.headers })).status, 404, path);
    }
  });

  test("a far too large body is refused, and the sandbox keeps running", async () => {
    await using s2 = await openS2();
    equal((await s2.create(" ".repeat(21 * 1024 * 1024))).status, 413);
    equal((await s2.create()).status, 200);
  });

  test("bytes that are not HTTP, and clients that hang up halfway, do no harm", async () => {
    await using s2 = await openS2();
    const port = Number(new URL(s2.sandbox.url).port);
    for (const bytes of ["nonsense\r\n\r\n", "POST /s2/order HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{"]) {
      const socket = connect(port, "127.0.0.1");
      socket.on("error", () => {});
      socket.end(bytes);
      socket.resume();
      await once(socket, "close");
    }
    equal((await s2.create()).status, 200);
  });

  test("stopping closes waiting connections", async () => {
    const s2 = await openS2();
    s2.sandbox.setFault("s2", "timeout-after-create");
    const answer = s2.create();
    await eventually(() => s2.sandbox.calls("s2").at(-1)?.status === "no-answer");
    await Promise.all([rejects(answer, TypeError), s2.sandbox.stop()]);
  });
});
