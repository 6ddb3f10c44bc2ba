import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { type RotatedGrant, rotatingToken } from "../../../shared/connector/rotating-token.ts";
import type { Cache } from "../../../shared/connector/tools.ts";
import { Deferred, Misconfigured, Throttled, Unavailable } from "../../../shared/errors.ts";
import type { VersionedSecret } from "../../../shared/stage/versioned-secret.ts";
import { memorySecret } from "../../support/memory-secret.ts";
import { memoryTools } from "../../support/memory-tools.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const MINUTE = 60_000;

interface Environment {
  secret?: VersionedSecret;
  cache?: Cache;
  /** Before each call with an access token. */
  onUse?: () => void;
}

/** A server that takes each refresh token once, and only the newest; and what all environments share. */
function startServer() {
  let clock = 1_000_000;
  let count = 0;
  let newest = "first";
  let refusal: Error | undefined;
  const valid = new Set<string>();
  const asked: string[] = [];
  const { sealedCache, lease } = memoryTools();
  const table = sealedCache(KEY);
  const secret = memorySecret({ refreshToken: "first", shopId: "of the secret too" });
  return {
    asked,
    table,
    secret,
    pass: (ms: number) => {
      clock += ms;
    },
    revoke: () => valid.clear(),
    refuse: (error: Error | undefined) => {
      refusal = error;
    },
    /** The operator authorises the app again, and fills in the new refresh token. */
    authorise(token: string) {
      newest = token;
      secret.put({ refreshToken: token, shopId: "of the secret too" });
    },
    /** Of one Lambda environment: its own memory; secret, table and lease of all. */
    environment({ secret: own = secret, cache = table, onUse = () => {} }: Environment = {}) {
      async function refresh(token: string): Promise<RotatedGrant> {
        asked.push(token);
        if (refusal) throw refusal;
        if (token !== newest) throw new Misconfigured(`dead: ${token}`);
        newest = `refresh-${++count}`;
        valid.add(`access-${count}`);
        return { access: `access-${count}`, refresh: newest, expiresAt: clock + 30 * MINUTE };
      }
      const tools = memoryTools({
        ...{ sealedCache: () => cache, cache, lease, now: () => clock, secret: own, deadline: clock + MINUTE },
      });
      const token = rotatingToken({ connection: "a/main", key: KEY, early: 5 * MINUTE, refresh }, tools);
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

const dies = async (): Promise<never> => {
  throw new Error("the environment died");
};

test("the operator's refresh token is used once, and each later one once", async () => {
  const server = startServer();
  const call = server.environment();
  equal(await call(), "200 access-1");
  equal(await call(), "200 access-1");
  server.pass(26 * MINUTE);
  equal(await call(), "200 access-2");
  deepEqual(server.asked, ["first", "refresh-1"]);
});

test("the secret has the new refresh token, and its other fields as before", async () => {
  const server = startServer();
  await server.environment()();
  deepEqual(server.secret.current()?.value, { refreshToken: "refresh-1", shopId: "of the secret too" });
});

test("environments share the token: one refreshes, those that come at the same time wait", async () => {
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

test("the refresh token is in the secret before its access token is used", async () => {
  const server = startServer();
  let atUse: unknown;
  const onUse = () => {
    atUse = server.secret.current()?.value["refreshToken"];
  };
  await server.environment({ onUse })();
  equal(atUse, "refresh-1");
});

test("a pair that Secrets Manager does not take is not used, not lost, and written before anything else", async () => {
  const server = startServer();
  let refusals = 1;
  const secret: VersionedSecret = {
    ...server.secret,
    async write(version) {
      if (refusals-- > 0) throw new Error("throttled");
      await server.secret.write(version);
    },
  };
  const call = server.environment({ secret });
  await rejects(call(), /throttled/);
  equal(await call(), "200 access-1");
  deepEqual(server.asked, ["first"], "no second use of a dead token");
  equal(await server.environment()(), "200 access-1", "another environment finds it");
});

test("a crash before the label is moved: the next reader finds the noted version, and moves it", async () => {
  const server = startServer();
  await rejects(server.environment({ secret: { ...server.secret, makeCurrent: dies } })(), /died/);
  equal(server.secret.current()?.value["refreshToken"], "first");
  equal(await server.environment()(), "200 access-2");
  deepEqual(server.asked, ["first", "refresh-1"]);
  equal(server.secret.current()?.value["refreshToken"], "refresh-2");
});

test("a reader that still sees the former label uses the newest refresh token all the same", async () => {
  const server = startServer();
  const former = server.secret.current();
  await server.environment()();
  server.pass(31 * MINUTE);
  const stale: VersionedSecret = {
    ...server.secret,
    read: async (version) => (version === undefined ? former : server.secret.read(version)),
    makeCurrent: async () => false,
  };
  await server.environment({ secret: { ...stale, makeCurrent: server.secret.makeCurrent } })();
  deepEqual(server.asked, ["first", "refresh-1"]);
});

test("a pair that a crash lost: the next caller waits a minute, then the used token is tried once more", async () => {
  const server = startServer();
  await rejects(server.environment({ secret: { ...server.secret, write: dies } })(), /died/);
  await rejects(server.environment()(), Deferred);
  deepEqual(server.asked, ["first"], "its writer may still be about to write");
  server.pass(MINUTE);
  await rejects(server.environment()(), Misconfigured);
  deepEqual(server.asked, ["first", "first"]);
  server.authorise("again");
  equal(await server.environment()(), "200 access-2");
});

for (const failure of [new Throttled("too many"), new Unavailable("down")]) {
  test(`a refresh that failed (${failure.name}) is no lost pair: the next one asks at once`, async () => {
    const server = startServer();
    await server.environment()();
    server.pass(31 * MINUTE);
    server.refuse(failure);
    await rejects(server.environment()(), failure);
    server.refuse(undefined);
    equal(await server.environment()(), "200 access-2");
    deepEqual(server.asked, ["first", "refresh-1", "refresh-1"]);
  });
}

test("a new authorisation replaces the former one at the next renewal", async () => {
  const server = startServer();
  await server.environment()();
  server.authorise("again");
  server.pass(31 * MINUTE);
  equal(await server.environment()(), "200 access-2");
  deepEqual(server.asked, ["first", "again"]);
});

test("an authorisation filled in during a renewal wins over the pair that comes late", async () => {
  const server = startServer();
  const secret: VersionedSecret = {
    ...server.secret,
    async write(version) {
      server.authorise("again");
      await server.secret.write(version);
    },
  };
  await rejects(server.environment({ secret })(), Deferred);
  equal(server.secret.current()?.value["refreshToken"], "again");
  equal(await server.environment()(), "200 access-2");
  deepEqual(server.asked, ["first", "again"]);
});

test("a secret without a refresh token says so, and no value of it", async () => {
  const server = startServer();
  server.secret.put({ refreshtoken: "a mistyped name" });
  await rejects(server.environment()(), (error) => {
    ok(error instanceof Misconfigured);
    match(error.reason, /a\/main has no refreshToken/);
    equal(error.reason.includes("mistyped"), false);
    return true;
  });
});

/** Every call of Secrets Manager and of the table that a renewal makes, in order. */
const STEPS = ["secret.write", "secret.makeCurrent", "table.put", "table.put after the write"] as const;

for (const [at, step] of STEPS.entries()) {
  for (const answered of [false, true]) {
    test(`a crash at ${step}, ${answered ? "with its answer lost" : "before it"}: no token is asked for twice but a lost one`, async () => {
      const server = startServer();
      let dead = false;
      const crash = async (run: () => Promise<unknown>, here: boolean): Promise<never | undefined> => {
        if (dead) return dies();
        if (here && !answered) dead = true;
        if (!dead) await run();
        if (here) dead = true;
        return dead ? dies() : undefined;
      };
      const cache: Cache = {
        ...server.table,
        async put(...entry) {
          const written = server.secret.versions().length > 1;
          await crash(() => server.table.put(...entry), at === (written ? 3 : 2));
        },
        get: (...wanted) => (dead ? dies() : server.table.get(...wanted)),
        delete: (name) => (dead ? dies() : server.table.delete(name)),
      };
      const secret: VersionedSecret = {
        read: (version) => (dead ? dies() : server.secret.read(version)),
        async write(version) {
          await crash(() => server.secret.write(version), at === 0);
        },
        async makeCurrent(version, from) {
          let moved = false;
          await crash(async () => {
            moved = await server.secret.makeCurrent(version, from);
          }, at === 1);
          return moved;
        },
      };
      await rejects(server.environment({ cache, secret })(), /died/);
      server.pass(MINUTE);
      const lost = server.asked.length > 0 && server.secret.versions().length === 1;
      if (lost) await rejects(server.environment()(), Misconfigured);
      else equal((await server.environment()()).slice(0, 10), "200 access");
      const twice = server.asked.filter((token, index) => server.asked.indexOf(token) !== index);
      deepEqual(twice, lost ? ["first"] : []);
    });
  }
}
