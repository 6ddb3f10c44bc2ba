import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import * as z from "zod/mini";
import { findDue } from "../../functions/find-due/find-due.ts";
import { lingxing } from "../../functions/providers/lingxing/index.ts";
import { openSession } from "../../functions/providers/lingxing/session.ts";
import type { Provider } from "../../functions/providers/provider.ts";
import { namedOrder } from "../../functions/providers/shoplazza/find-order.ts";
import { shoplazza } from "../../functions/providers/shoplazza/index.ts";
import { createTools } from "../../shared/connector/tools.ts";
import { Deferred, Misconfigured } from "../../shared/errors.ts";
import { catalogEntry, catalogPk } from "../../shared/ledger/catalog.ts";
import type { Item, Key } from "../../shared/ledger/table.ts";
import { startCompany } from "../providers/lingxing-environment.ts";
import { QUICK_TABLES, startLedger, type TestLedger } from "../support/ledger-table.ts";
import { outgoingSample } from "../support/order-sample.ts";
import { Relay } from "../support/relay.ts";
import { RouteOrderContext } from "../support/route-order-context.ts";
import { frozenItems } from "./frozen.ts";

/**
 * Frozen items of the first release besides orders: two catalog rows of kakaclo/demo; Shoplazza's products, and an
 * order that an error had named; Lingxing's stores and regions, its sealed token, the lease of a call that was given
 * up; the cursor.
 */
const ITEMS = frozenItems("other-items-v1");
const FROZEN_AT = Date.parse("2026-11-01T12:00:00Z");
const LEASED_UNTIL = FROZEN_AT + 120_000;
const APP = "2fa16e750c822bad";
/** Invented; see local/secrets.json. */
const TOKEN_KEY = "bG9jYWwtZGVtby10b2tlbi1rZXktMzItYnl0ZXMhISE=";

const CURSOR = { pk: "find-due", sk: "cursor" };
const LEASE = { pk: `provider#lingxing/lease#${APP} /order/amzod/api/createOrder`, sk: "lease" };
const TOKEN = { pk: "provider#lingxing/token", sk: `token-${APP}` };
const NAMED = { pk: "provider#shoplazza/cache#shoplazza/demo", sk: "named pm-820982911946100003" };
const VARIANT = { pk: "provider#shoplazza/cache#shoplazza/demo", sk: "variant DEMO-MUG" };
const ALWAYS = { expression: "attribute_exists(pk) OR attribute_not_exists(pk)" };

const neverCalled = async (): Promise<never> => {
  throw new Error("the provider was called");
};

for (const { kind, skip } of QUICK_TABLES) {
  describe(`items of the first release besides orders, on ${kind}`, { skip }, () => {
    let started: TestLedger;
    let clock = FROZEN_AT;
    const now = () => clock;
    before(async () => {
      started = await startLedger(kind, now);
    });
    after(() => started.stop());

    /** The table as the first release left it. */
    async function thawed(): Promise<void> {
      clock = FROZEN_AT;
      for (const Item of ITEMS) await started.client.send(new PutItemCommand({ TableName: "ledger", Item }));
    }

    /** The item in a later release's form, which may lack the fields that this release knows. */
    async function newer(key: Key, changes: Record<string, unknown> = {}): Promise<Item> {
      const item = { ...key, v: 2, ...changes };
      await started.table.put(item, ALWAYS);
      return item;
    }

    const toolsOf = (provider: Pick<Provider, "name">) => ({
      ...createTools({
        subject: { kind: "provider", name: provider.name, account: `${provider.name}/demo` },
        ...{ table: started.table, memory: new Map(), now, http: neverCalled },
        // The tools reserve a second for the result.
        ...{ callTimeout: 0, deadline: clock + 1000 },
      }),
    });

    const lingxingTokens = () => {
      const [settings, secret] = [{ store: { name: "demo-US", country: "US" } }, { baseUrl: "http://127.0.0.1:1" }];
      const account = {
        ...{ destination: "lingxing/demo", missing: {} },
        settings: z.parse(lingxing.settings, settings),
        secret: z.parse(lingxing.secret, {
          ...{ ...secret, appId: "ak_0123456789abc", appSecret: "invented", tokenKey: TOKEN_KEY },
        }),
      };
      return openSession(account, toolsOf(lingxing));
    };

    test("each has a version", () => {
      equal(ITEMS.length, 10);
      for (const { v, pk } of ITEMS) equal(v?.N, "1", pk?.S);
    });

    test("the catalog is read", async () => {
      await thawed();
      const { catalog } = toolsOf({ name: "kakaclo" });
      deepEqual(await catalog("SHIRT-RED-M"), { providerSku: "KK-0815" });
      deepEqual(await catalog("BOX-OF-6"), { productId: "788", variantId: "991", providerSku: "B6", packSize: 6 });
    });

    test("cached products and orders are read", async () => {
      await thawed();
      const { cache } = toolsOf(shoplazza);
      equal(await cache.get(namedOrder("pm-820982911946100003"), z.string(), { newer: "refuse" }), "577500-1");
      const Product = z.object({ variantId: z.string(), productId: z.string(), price: z.string() });
      equal((await cache.get("variant DEMO-MUG", Product))?.price, "19.99");
    });

    test("an encrypted token is decrypted and used: none is fetched", async () => {
      await thawed();
      ok((await lingxingTokens().current()).length > 10);
    });

    test("another writer's lease is waited for, and taken when it ends", async () => {
      await thawed();
      const name = `${APP} /order/amzod/api/createOrder`;
      clock = LEASED_UNTIL - 1;
      await rejects(toolsOf(lingxing).lease(name, 1000, neverCalled), Deferred);
      clock = LEASED_UNTIL + 1;
      equal(await toolsOf(lingxing).lease(name, 1000, async () => (await started.table.get(LEASE))?.["v"]), 1);
    });

    test("the cursor is read and moved on", async () => {
      await thawed();
      equal(await started.ledger.dueCursor(), FROZEN_AT);
      await started.ledger.moveDueCursor(FROZEN_AT + 2);
      deepEqual(await started.table.get(CURSOR), { ...CURSOR, v: 1, at: FROZEN_AT + 2 });
    });

    test("a catalog row of a newer release delays its order until that release is deployed", async () => {
      const row = { pk: catalogPk("parcelworks/demo"), sk: "DEMO-TEE" };
      await newer(row, { product: "other words" });
      const relay = new Relay(started);
      const { client } = relay.parcelworks;
      const prepare = client.prepare.bind(client);
      client.prepare = async (outgoing) => {
        for (const { sku } of outgoing.lines) await catalogEntry(started.table, "parcelworks/demo", sku);
        return prepare(outgoing);
      };
      const id = "820982911946100021";
      await relay.ordered({ id });
      const [message] = relay.queue;
      ok(message);
      const handled = await relay.receive(message);
      ok(handled !== "killed" && handled.disposition !== "ack" && handled.disposition.retryInMs > 0);
      equal(handled.outcome, "failed");
      const [delivery] = (await relay.trace(id)).deliveries;
      equal(delivery?.state, "retrying");
      equal(
        delivery.reason,
        "The catalog row of SKU DEMO-TEE at parcelworks/demo was written by a newer release: deploy that release.",
      );
      equal(relay.parcelworks.posts, 0);
      equal((await started.table.get(row))?.["product"], "other words");
      await started.table.delete(row, { expression: "v = :two", values: { ":two": 2 } });
      await relay.run();
      equal((await relay.trace(id)).deliveries[0]?.state, "created");
    });

    for (const [what, key] of [
      ["remembered product", VARIANT],
      ["sealed token", TOKEN],
    ] as const) {
      test(`a ${what} of a newer release counts as missing, and is neither overwritten nor deleted until it expires`, async () => {
        const expiresAt = FROZEN_AT / 1000 + 60;
        const item = await newer(key, { value: '{"token":"theirs"}', freshUntil: FROZEN_AT + 60_000, expiresAt });
        clock = FROZEN_AT;
        const tools = toolsOf(key === TOKEN ? lingxing : shoplazza);
        const cache = key === TOKEN ? tools.sealedCache(TOKEN_KEY) : tools.cache;
        const Value = z.object({ token: z.string() });
        equal(await cache.get(key.sk, Value), undefined);
        await cache.put(key.sk, { token: "ours" }, 60_000);
        await cache.delete(key.sk);
        deepEqual(await started.table.get(key), item);
        // DynamoDB may have deleted it by this time.
        clock = FROZEN_AT + 62_000;
        await cache.put(key.sk, { token: "ours" }, 60_000);
        deepEqual(await cache.get(key.sk, Value), { token: "ours" });
        equal((await started.table.get(key))?.["v"], 1);
      });
    }

    test("an order that a newer release's error named is not looked up without that item until it expires", async () => {
      const item = await newer(NAMED, { id: "577500-1", expiresAt: FROZEN_AT / 1000 + 60 });
      clock = FROZEN_AT;
      const account = {
        ...{ destination: "shoplazza/demo", missing: {}, settings: z.parse(shoplazza.settings, {}) },
        secret: z.parse(shoplazza.secret, { baseUrl: "http://127.0.0.1:1", token: "invented" }),
      };
      const find = () => shoplazza.open(account, toolsOf(shoplazza)).find(sent, outgoing);
      const outgoing = outgoingSample({}, "pm-820982911946100003");
      const sent = { reference: outgoing.reference, lines: [], firstSentAt: clock, lastSentAt: clock };
      await rejects(find(), (error) => error instanceof Misconfigured && /newer release/.test(error.reason));
      deepEqual(await started.table.get(NAMED), item);
      clock = FROZEN_AT + 62_000;
      await rejects(find(), /the provider was called/);
    });

    test("a lease of a newer release is not taken over until DynamoDB may delete it, despite its end", async () => {
      const name = `${APP} /order/amzod/api/createOrder`;
      for (const changes of [{ until: FROZEN_AT - 1, token: "theirs" }, { holders: 1 }]) {
        const item = await newer(LEASE, { ...changes, expiresAt: FROZEN_AT / 1000 + 60 });
        clock = FROZEN_AT;
        await rejects(toolsOf(lingxing).lease(name, 1000, neverCalled), Deferred);
        deepEqual(await started.table.get(LEASE), item);
        clock = FROZEN_AT + 62_000;
        equal(await toolsOf(lingxing).lease(name, 1000, async () => "created"), "created");
      }
    });

    test("find-due neither uses nor moves a newer release's cursor", async () => {
      const item = await newer(CURSOR, { at: FROZEN_AT - 3_600_000 });
      clock = FROZEN_AT;
      const context = new RouteOrderContext(started);
      const { config, ledger, queues } = context;
      await rejects(findDue({ config, ledger, queues, now, deadline: clock + 30_000 }), /newer release/);
      deepEqual(context.commands, ["GetItemCommand"]);
      // A cursor that was written during an older pass.
      await ledger.moveDueCursor(FROZEN_AT);
      deepEqual(await started.table.get(CURSOR), item);
    });
  });
}

test("beside a newer release with its own token, orders are created: each release signs in, and neither uses the other's token", async (context) => {
  const company = await startCompany(context);
  const [newRelease, oldRelease] = [company.environment(), company.environment()];
  await newRelease.create(outgoingSample({}, "SHO1-1"));
  const token = await company.table.get(TOKEN);
  ok(token);
  const theirs = { ...token, v: 2 };
  await company.table.put(theirs, ALWAYS);
  await oldRelease.create(outgoingSample({}, "SHO1-2"));
  await oldRelease.create(outgoingSample({}, "SHO1-3"));
  equal(company.sandbox.orders("lingxing").length, 3);
  equal(company.calls("/api/auth-server/oauth/access-token"), 2);
  deepEqual(await company.table.get(TOKEN), theirs);
});
