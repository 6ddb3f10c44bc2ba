import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { Cache } from "../../../shared/connector/tools.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import { memoryTools } from "../../support/memory-tools.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const MINUTE = 60_000;

interface Environment {
  first?: string;
  cache?: Cache;
  /** Before each call with an access token. */
  onUse?: () => void;
}

/** A server that takes each refresh token once, and only the newest. */
function startServer() {
  let clock = 1_000_000;
  let count = 0;
  let newest = "first";
  const valid = new Set<string>();
  const asked: string[] = [];
  const { sealedCache, lease } = memoryTools();
  const table = sealedCache(KEY);
  return {
    asked,
    table,
    pass: (ms: number) => {
      clock += ms;
    },
    revoke: () => valid.clear(),
    authorise(token: string) {
      newest = token;
    },
    /** Of one Lambda environment: its own memory, the table and the lease of all. */
    environment({ first = "first", cache = table, onUse = () => {} }: Environment = {}) {
      async function refresh(token: string): Promise<RotatedGrant> {
        asked.push(token);
        if (token !== newest) throw new Misconfigured(`dead: ${token}`);
        newest = `refresh-${++count}`;
        valid.add(`access-${count}`);
        const grant = { access: `access-${count}`, refresh: newest };
        return { ...grant, expiresAt: clock + 30 * MINUTE, refreshExpiresAt: clock + 10_000 * MINUTE };
      }
      const tools = memoryTools({ sealedCache: () => cache, lease, now: () => clock });
      const token = rotatingToken({ name: "token a/main", first, key: KEY, early: 5 * MINUTE, refresh }, tools);
      return async () => {
        const send = async (text: string) => {
          onUse();
          return { status: valid.has(text) ? 200 : 401, headers: {}, text };
        };
        const { status, text } = await token.call(send);
        return `${status} ${text}`;
      };
    },
  };
}

test("the operator's refresh token is used once, and each later one once", async () => {
  const server = startServer();
  const call = server.environment();
  equal(await call(), "200 access-1");
  equal(await call(), "200 access-1");
  server.pass(26 * MINUTE);
  equal(await call(), "200 access-2");
  deepEqual(server.asked, ["first", "refresh-1"]);
});

test("environments share the pair: one refreshes, those that come at the same time wait", async () => {
  const server = startServer();
  const calls = [1, 2, 3, 4].map(() => server.environment());
  deepEqual(new Set(await Promise.all(calls.map((call) => call()))), new Set(["200 access-1"]));
  server.pass(31 * MINUTE);
  deepEqual(new Set(await Promise.all(calls.map((call) => call()))), new Set(["200 access-2"]));
  deepEqual(server.asked, ["first", "refresh-1"]);
});

test("a token that the server refuses is replaced once, by the newest refresh token", async () => {
  const server = startServer();
  const [one, other] = [server.environment(), server.environment()];
  await one();
  await other();
  server.revoke();
  equal(await one(), "200 access-2");
  equal(await other(), "200 access-2", "finds what the other fetched");
  deepEqual(server.asked, ["first", "refresh-1"]);
});

test("the pair is in the table before its access token is used", async () => {
  const server = startServer();
  const steps: string[] = [];
  const cache: Cache = {
    ...server.table,
    async put(...entry) {
      await server.table.put(...entry);
      steps.push("saved");
    },
  };
  await server.environment({ cache, onUse: () => steps.push("used") })();
  deepEqual(steps, ["saved", "used"]);
});

test("a pair that the table does not take is not used, not lost, and written before anything else", async () => {
  const server = startServer();
  let refusals = 1;
  const cache: Cache = {
    ...server.table,
    async put(...entry) {
      if (refusals-- > 0) throw new Error("throttled");
      await server.table.put(...entry);
    },
  };
  const call = server.environment({ cache });
  await rejects(call(), /throttled/);
  equal(await call(), "200 access-1");
  deepEqual(server.asked, ["first"], "no second use of a dead token");
  equal(await server.environment()(), "200 access-1", "another environment finds it");
});

test("a pair that a crash lost: the used token is tried once more, and its refusal says what to do", async () => {
  const server = startServer();
  const cache: Cache = {
    ...server.table,
    put: async () => {
      throw new Error("the environment died");
    },
  };
  await rejects(server.environment({ cache })(), /died/);
  await rejects(server.environment()(), Misconfigured);
  server.authorise("again");
  equal(await server.environment({ first: "again" })(), "200 access-2");
});

test("a new authorisation replaces the pair of the former one", async () => {
  const server = startServer();
  await server.environment()();
  server.authorise("again");
  equal(await server.environment({ first: "again" })(), "200 access-2");
  deepEqual(server.asked, ["first", "again"]);
});
