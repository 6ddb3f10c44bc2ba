import { deepEqual, equal, rejects } from "node:assert/strict";
import { describe, test } from "node:test";
import { Misconfigured, Throttled } from "../../shared/errors.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { call } from "../support/sandbox-client.ts";
import { type Company, startCompany } from "./lingxing-environment.ts";

const TOKEN = "/api/auth-server/oauth/access-token";
const REFRESH = "/api/auth-server/oauth/refresh";
const order = (number: number) => outgoingSample({}, `SHO1-${number}`);

/** Some other process of the company, which knows nothing of our table. */
async function displace({ sandbox }: Company): Promise<void> {
  await call(`${sandbox.url}/lingxing${TOKEN}`, {
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ appId: "ak_0123456789abc", appSecret: "lx+demo/secret%2B==&more" }).toString(),
  });
}

describe("Lingxing's one token", () => {
  test("five environments that start at once fetch one token together", async (context) => {
    const company = await startCompany(context);
    await Promise.all([1, 2, 3, 4, 5].map((number) => company.environment().create(order(number))));
    equal(company.calls(TOKEN), 1);
    equal(company.sandbox.orders("lingxing").length, 5);
  });

  test("it is refreshed five minutes early, once, by the first caller", async (context) => {
    const company = await startCompany(context);
    const environments = [1, 2, 3].map(() => company.environment());
    for (const environment of environments) await environment.client.check?.();
    company.pass((7199 - 301) * 1000);
    await environments[0]?.client.check?.();
    deepEqual([company.calls(TOKEN), company.calls(REFRESH)], [1, 0]);
    company.pass(2_000);
    await Promise.all(environments.map(({ client }) => client.check?.()));
    deepEqual([company.calls(TOKEN), company.calls(REFRESH)], [1, 1]);
    // The refreshed one is refreshed by its own refresh token: each is good for one use.
    company.pass((7199 - 299) * 1000);
    await Promise.all(environments.map(({ client }) => client.check?.()));
    deepEqual([company.calls(TOKEN), company.calls(REFRESH)], [1, 2]);
  });

  test("after a quiet night both tokens are over, and a new one is fetched", async (context) => {
    const company = await startCompany(context);
    const environment = company.environment();
    await environment.client.check?.();
    company.pass(8 * 3_600_000);
    await environment.client.check?.();
    deepEqual([company.calls(TOKEN), company.calls(REFRESH)], [2, 0]);
  });

  test("a refresh token that Lingxing does not know any more is no dead end", async (context) => {
    const company = await startCompany(context);
    const environment = company.environment();
    await environment.client.check?.();
    company.sandbox.expireTokens("lingxing");
    company.pass((7199 - 299) * 1000);
    await environment.client.check?.();
    deepEqual([company.calls(TOKEN), company.calls(REFRESH)], [2, 1]);
  });

  test("one that another process displaced is fetched once for all, and the order created with it", async (context) => {
    const company = await startCompany(context);
    const environments = [1, 2, 3].map(() => company.environment());
    for (const environment of environments) await environment.client.check?.();
    await displace(company);
    await Promise.all(environments.map((environment, index) => environment.create(order(index))));
    // Ours, theirs, ours.
    equal(company.calls(TOKEN), 3);
    equal(company.sandbox.orders("lingxing").length, 3);
  });

  test("an environment with a stale token takes the shared one and fetches none", async (context) => {
    const company = await startCompany(context);
    const [first, second] = [company.environment(), company.environment()];
    await first.create(order(1));
    await second.create(order(2));
    await displace(company);
    await first.create(order(3));
    equal(company.calls(TOKEN), 3);
    await second.create(order(4));
    equal(company.calls(TOKEN), 3);
  });

  test("a token that is displaced again and again is reported, and not renewed in an endless loop", async (context) => {
    const company = await startCompany(context);
    const { create } = company.environment();
    company.sandbox.setFault("lingxing", "401-once", 5);
    await rejects(
      create(order(1)),
      (error) => error instanceof Misconfigured && /Something else fetches tokens/.test(error.reason),
    );
    equal(company.calls("/order/amzod/api/createOrder"), 2);
    deepEqual(company.sandbox.orders("lingxing"), []);
  });

  test("it lies in the table sealed", async (context) => {
    const company = await startCompany(context);
    const seen: string[] = [];
    const { put } = company.table;
    company.table.put = (item, condition) => {
      seen.push(JSON.stringify(item));
      return put(item, condition);
    };
    await company.environment().create(order(1));
    const tokens = company.sandbox
      .calls("lingxing")
      .flatMap(({ query }) => new URLSearchParams(query).get("access_token") ?? []);
    equal(tokens.length > 0, true);
    equal(
      seen.some((item) => item.includes("provider#lingxing/token")),
      true,
    );
    for (const item of seen) {
      for (const secret of [...tokens, "ak_0123456789abc", "lx+demo"]) equal(item.includes(secret), false, item);
    }
  });

  test("where tokens may not be fetched in haste, a displaced one waits its time and is no attempt", async (context) => {
    const company = await startCompany(context, { tokenIntervalMs: 60_000 });
    const { create } = company.environment({ settings: { tokenPause: "60s" } });
    await create(order(1));
    company.sandbox.expireTokens("lingxing");
    await rejects(create(order(2)), (error) => error instanceof Throttled && (error.retryAfter ?? 0) > 50_000);
    equal(company.calls(TOKEN), 1);
    company.pass(60_000);
    await create(order(2));
    equal(company.calls(TOKEN), 2);
  });

  for (const tokenForm of ["query", "urlencoded", "multipart"] as const) {
    test(`a secret with special characters arrives whole as ${tokenForm}`, async (context) => {
      const company = await startCompany(context);
      await company.environment({ settings: { tokenForm } }).client.check?.();
      const [fetched] = company.sandbox.calls("lingxing").filter(({ path }) => path === TOKEN);
      equal(fetched?.query.includes("appSecret"), tokenForm === "query");
    });
  }

  for (const gate of ["ip-refused", "disabled", "expired", "not-granted"] as const) {
    test(`a door that is ${gate} is the operator's work`, async (context) => {
      const company = await startCompany(context, { gate });
      await rejects(company.environment().create(order(1)), Misconfigured);
    });
  }

  test("a wrong secret is the operator's work", async (context) => {
    const company = await startCompany(context, { appSecret: "another" });
    await rejects(company.environment().create(order(1)), /app secret/);
  });
});
