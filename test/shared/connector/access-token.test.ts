import { deepEqual, equal, ok } from "node:assert/strict";
import { describe, test } from "node:test";
import { accessToken, type Grant, type TokenOptions } from "../../../shared/connector/access-token.ts";
import type { HttpAnswer } from "../../../shared/connector/http.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import { memoryTools } from "../../support/memory-tools.ts";

const KEY = Buffer.alloc(32, 1).toString("base64");
const MINUTE = 60_000;

/** A server that hands out one token after another, each good for an hour, and ends the older ones. */
function startServer() {
  let clock = 1_000_000;
  let count = 0;
  let valid = "";
  const asked: string[] = [];
  const grant = (): Grant => {
    valid = `token-${++count}`;
    return {
      access: valid,
      expiresAt: clock + 60 * MINUTE,
      refresh: { token: `refresh-${count}`, expiresAt: clock + 120 * MINUTE },
    };
  };
  const { sealedCache, lease } = memoryTools();
  const counted: string[] = [];
  return {
    asked,
    counted,
    pass: (ms: number) => {
      clock += ms;
    },
    end: () => {
      valid = "";
    },
    /** One call with a token: 401 for any but the newest. */
    send: async (token: string): Promise<HttpAnswer> => ({
      status: token === valid ? 200 : 401,
      headers: {},
      text: token,
    }),
    /** Of one Lambda environment: its own memory, the cache and the lease of all. */
    environment(options: Partial<TokenOptions> = {}, memory = new Map<string, unknown>()) {
      const tools = memoryTools({
        sealedCache,
        lease,
        memory,
        now: () => clock,
        count: (metric) => counted.push(metric),
      });
      return accessToken(
        {
          name: "login",
          credentials: ["user", "password"],
          key: KEY,
          early: 5 * MINUTE,
          async login() {
            asked.push("login");
            return grant();
          },
          async refresh(token) {
            asked.push(token);
            return grant();
          },
          ...options,
        },
        tools,
      );
    },
  };
}

describe("an access token", () => {
  test("is got by one login, however many records and environments ask", async () => {
    const server = startServer();
    const memory = new Map<string, unknown>();
    const records = [server.environment({}, memory), server.environment({}, memory), server.environment()];
    const tokens = await Promise.all(records.flatMap((record) => [record.current(), record.current()]));
    deepEqual([...new Set(tokens)], ["token-1"]);
    deepEqual(server.asked, ["login"]);
  });

  test("without a key each environment logs in by itself, its records together", async () => {
    const server = startServer();
    const memory = new Map<string, unknown>();
    const [one, same, other] = [
      server.environment({ key: undefined }, memory),
      server.environment({ key: undefined }, memory),
      server.environment({ key: undefined }),
    ];
    deepEqual(await Promise.all([one.current(), same.current()]), ["token-1", "token-1"]);
    equal(await other.current(), "token-2");
    deepEqual(server.asked, ["login", "login"]);
  });

  test("is refreshed before it ends, once, by the first caller", async () => {
    const server = startServer();
    const [one, other] = [server.environment(), server.environment()];
    await one.current();
    await other.current();
    server.pass(55 * MINUTE - 1);
    equal(await one.current(), "token-1");
    server.pass(1);
    deepEqual(await Promise.all([one.current(), other.current()]), ["token-2", "token-2"]);
    deepEqual(server.asked, ["login", "refresh-1"]);
  });

  test("is never renewed in the first half of its life, however short that is", async () => {
    const server = startServer();
    const token = server.environment({ early: 24 * 60 * MINUTE });
    await token.current();
    server.pass(30 * MINUTE - 1);
    equal(await token.current(), "token-1");
    server.pass(1);
    equal(await token.current(), "token-2");
  });

  test("comes from a login where the refresh token is over, or refused", async () => {
    const server = startServer();
    const refused: string[] = [];
    const token = server.environment({
      async refresh(old) {
        refused.push(old);
        return undefined;
      },
    });
    await token.current();
    server.pass(56 * MINUTE);
    await token.current();
    server.pass(121 * MINUTE);
    await token.current();
    deepEqual([server.asked, refused], [["login", "login", "login"], ["refresh-1"]]);
  });

  test("that the server refused is replaced by one login for all, and the calls are made again", async () => {
    const server = startServer();
    const memory = new Map<string, unknown>();
    const records = [server.environment({}, memory), server.environment({}, memory), server.environment()];
    for (const record of records) await record.current();
    server.end();
    const answers = await Promise.all(records.map((record) => record.call(server.send)));
    deepEqual(
      answers.map(({ status, text }) => [status, text]),
      [
        [200, "token-2"],
        [200, "token-2"],
        [200, "token-2"],
      ],
    );
    deepEqual([server.asked, server.counted], [["login", "login"], ["relogin"]]);
  });

  test("that the server refuses again is not asked for a third time: the caller sees the 401", async () => {
    const server = startServer();
    const sent: string[] = [];
    const answer = await server.environment().call(async (token) => {
      sent.push(token);
      return { status: 401, headers: {}, text: "" };
    });
    equal(answer.status, 401);
    deepEqual(sent, ["token-1", "token-2"]);
  });

  test("a refused one is not taken again from a renewal that was already under way", async () => {
    const server = startServer();
    const first = server.environment();
    await first.current();
    server.end();
    const second = server.environment();
    // `current` finds token-1 in the cache; `replace` waits for it, and must not take it.
    deepEqual(await Promise.all([second.current(), second.replace("token-1")]), ["token-1", "token-2"]);
  });

  test("got with other credentials is not used: the operator has changed the secret", async () => {
    const server = startServer();
    const memory = new Map<string, unknown>();
    await server.environment({}, memory).current();
    equal(await server.environment({ credentials: ["user", "new password"] }, memory).current(), "token-2");
    equal(await server.environment({ credentials: ["user", "new password"] }).current(), "token-2");
    deepEqual(server.asked, ["login", "login"]);
  });

  test("a failed login is every waiting caller's, and the next one tries again", async () => {
    const server = startServer();
    let failing = true;
    let logins = 0;
    const memory = new Map<string, unknown>();
    const open = () =>
      server.environment(
        {
          async login() {
            logins += 1;
            if (failing) throw new Misconfigured("wrong password");
            return { access: "good" };
          },
        },
        memory,
      );
    const results = await Promise.allSettled([open().current(), open().current()]);
    ok(results.every(({ status }) => status === "rejected"));
    equal(logins, 1);
    failing = false;
    equal(await open().current(), "good");
    server.pass(365 * 24 * 60 * MINUTE);
    equal(await open().current(), "good", "its end is not known");
  });

  test("the last ones are known, for no text to quote", async () => {
    const server = startServer();
    const token = server.environment();
    const first = await token.current();
    const second = await token.replace(first);
    deepEqual(token.used(), [first, second]);
  });
});
