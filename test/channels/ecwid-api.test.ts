import { deepEqual, equal, match, ok, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import { internalId } from "../../local/simulators/channels/ecwid/internal-id.ts";
import { MalformedEvent, Misconfigured, Rejected, Throttled, Unavailable } from "../../shared/errors.ts";
import { type EcwidStore, NOW, openStore } from "../support/ecwid-store.ts";
import { THOROUGH } from "../support/thorough.ts";

const MINUTE = 60_000;
const lists = ({ requests }: EcwidStore) =>
  requests.map(({ url }) => new URL(url)).filter(({ pathname }) => pathname.endsWith("/orders"));
/** Orders that changed one second after the other, the last one a second ago. */
const placeMany = (store: EcwidStore, count: number, apart = 1_000) =>
  Array.from({ length: count }, (_, at) =>
    store.place({ updatedAt: new Date(NOW - (count - at) * apart).toISOString() }),
  );

test("an order: its own call and one for the store's currency, both with the store's token", async () => {
  const store = openStore();
  const { id } = store.place({ currency: "GBP" });
  equal((await store.fetched(id)).currency, "GBP");
  deepEqual(
    store.requests.map(({ url, headers }) => [url, headers?.["authorization"]]),
    [
      [`https://app.ecwid.com/api/v3/1003/orders/${id}`, "Bearer secret_of_the_store"],
      [
        "https://app.ecwid.com/api/v3/1003/profile?responseFields=formatsAndUnits%28currency%29",
        "Bearer secret_of_the_store",
      ],
    ],
  );
});

test("a currency in the settings needs no call and no further scope", async () => {
  const store = openStore({ settings: { currency: "CHF" } });
  const { id } = store.place();
  equal((await store.fetched(id)).currency, "CHF");
  equal(store.requests.length, 1);
});

test("an order asked for by its internal number, as old events name it, is the same order", async () => {
  const store = openStore();
  const { id } = store.place();
  deepEqual(await store.fetched(String(internalId(id))), await store.fetched(id));
});

test("Ecwid: an event that names `last`, or another order's path, gets no order", async () => {
  const store = openStore();
  const { id } = store.place();
  await rejects(store.client.order("last"), { name: "MalformedEvent", field: "id" });
  equal(await store.client.order(`../orders/${id}`), "gone");
  equal(await store.client.order(`${id}?responseFields=id`), "gone");
  ok(store.requests.every(({ url }) => url.startsWith("https://app.ecwid.com/api/v3/1003/orders/")));
});

test("the stage file must name the store, by its number", () => {
  for (const shop of [undefined, "", "my-store", "1003/../1004"]) {
    throws(() => openStore({ shop }), Misconfigured, String(shop));
  }
});

test("a missing scope is distinguished from a revoked token, a suspended store and a plan without API", async () => {
  const store = openStore();
  const { id } = store.place();
  const refusal = async (fault: string) => {
    store.hosted.setFault({ fault, on: "fetch", times: 1 });
    const error = await store.client.order(id).then(String, (thrown: unknown) => thrown);
    ok(error instanceof Misconfigured, fault);
    return error.reason;
  };
  match(await refusal("scope-missing"), /valid and lacks the scope read_orders/);
  match(await refusal("token-expired"), /refuses the access token \(403\).*uninstalled/);
  match(await refusal("store-suspended"), /store is suspended/);
  match(await refusal("no-plan"), /plan has no API/);
  const [other, elsewhere] = [openStore({ accessToken: "secret_of_another" }), openStore({ shop: "1004" })];
  await rejects(other.client.order(id), /refuses the access token/);
  await rejects(elsewhere.client.order(id), /refuses the access token/);
});

test("a token that may not read the profile says which scope, or which setting, is missing", async () => {
  const store = openStore();
  const { id } = store.place();
  store.hosted.putResource("/api/v3/1003/profile", "{}");
  await rejects(store.client.order(id), { name: "MalformedEvent", field: "formatsAndUnits" });
});

test("a 429 waits as long as it says, or as the setting says", async () => {
  const store = openStore({ settings: { coolDown: "5s" } });
  const { id } = store.place();
  for (const [fault, wait] of [
    ["throttle", 1_000],
    ["throttle-silent", 5_000],
  ] as const) {
    store.hosted.setFault({ fault, on: "fetch", times: 1 });
    await rejects(store.client.order(id), (error) => error instanceof Throttled && error.retryAfter === wait, fault);
  }
});

test("the 601st call of a minute is throttled", async () => {
  const store = openStore({ settings: { currency: "USD" } });
  const { id } = store.place();
  ok((await store.client.order(id)) !== "gone");
  // Of the simulator: as if it had taken them.
  store.hosted.book.memory.set("requests used", "600");
  await rejects(store.client.order(id), Throttled);
  store.clock += MINUTE;
  ok((await store.client.order(id)) !== "gone");
});

test("other answers: gone, down, refused, another order's, not JSON", async () => {
  const store = openStore();
  const { id } = store.place();
  equal(await store.client.order("ZZZZZ"), "gone");
  store.hosted.setFault({ fault: "error-500", on: "fetch", times: 1 });
  await rejects(store.client.order(id), Unavailable);
  store.hosted.setFault({ fault: "timeout", on: "fetch", times: 1 });
  await rejects(store.client.order(id), Unavailable);
  store.hosted.putResource("/api/v3/1003/orders/ASKED", JSON.stringify({ id: "OTHER", total: 1 }));
  await rejects(store.client.order("ASKED"), MalformedEvent);
  store.hosted.putResource("/api/v3/1003/orders/PAGE", "<html>");
  await rejects(store.client.order("PAGE"), Unavailable);
});

test("changed orders: once each, with time and state and no buyer's data, from ten minutes before", async () => {
  const store = openStore();
  const { id } = store.place({ updatedAt: new Date(NOW - 9 * MINUTE).toISOString(), financialState: "pending" });
  store.place({ updatedAt: new Date(NOW - 60 * MINUTE).toISOString() });
  const found = await store.changed(NOW - MINUTE);
  deepEqual(found, [{ id, changedAt: "2026-11-20T14:51:07.000Z", state: "AWAITING_PAYMENT AWAITING_PROCESSING" }]);
  const [list] = lists(store);
  deepEqual(Object.fromEntries(list?.searchParams ?? []), {
    updatedFrom: String(Math.floor((NOW - 11 * MINUTE) / 1000)),
    updatedTo: String(Math.ceil(NOW / 1000)),
    responseFields: "total,items(id,internalId,orderNumber,updateDate,updateTimestamp,paymentStatus,fulfillmentStatus)",
    limit: "100",
    offset: "0",
  });
});

test("pages are read by offset, from the last one to the first", async () => {
  const store = openStore();
  const placed = placeMany(store, 250);
  const found = await store.changed(NOW - 5 * MINUTE);
  deepEqual(found.map(({ id }) => id).sort(), placed.map(({ id }) => id).sort());
  deepEqual(
    lists(store).map(({ searchParams }) => searchParams.get("offset")),
    ["0", "200", "100", "0"],
  );
});

test("an order that changes while the pages are read makes none be missed", async () => {
  const store = openStore();
  const placed = placeMany(store, 250);
  const ids = new Set<string>();
  for await (const { id } of store.client.changedSince?.(new Date(NOW - 5 * MINUTE).toISOString()) ?? []) {
    // Those of the first page move behind the end: all others move forward.
    if (ids.size === 0) {
      for (const { id: moved } of placed.slice(-30)) {
        store.change(moved, { updateDate: "2026-11-20 15:30:00 +0000", updateTimestamp: 1795188600 });
      }
    }
    ids.add(id);
  }
  const missed = placed.slice(0, -30).filter(({ id }) => !ids.has(id));
  deepEqual(missed, []);
});

// Each reads a thousand orders again and again.
if (THOROUGH) {
  test("where offsets would be many, the time is halved, each half with the middle, and every order comes once", async () => {
    const store = openStore();
    const placed = placeMany(store, 1_500, 500);
    const found = await store.changed(NOW - 15 * MINUTE);
    equal(found.length, 1_500);
    equal(new Set(found.map(({ id }) => id)).size, 1_500);
    ok(placed.every(({ id }) => found.some((one) => one.id === id)));
    const bounds = lists(store).map(({ searchParams }) => [
      searchParams.get("updatedFrom"),
      searchParams.get("updatedTo"),
    ]);
    ok(new Set(bounds.map(String)).size >= 3, "more than one time");
    ok(
      lists(store).every(({ searchParams }) => Number(searchParams.get("offset")) <= 1_000),
      "no deep offset",
    );
  });

  test("a second that is too full for halves is read by its offsets", async () => {
    const store = openStore();
    for (let at = 0; at < 1_100; at++) store.place({ updatedAt: new Date(NOW - 30_000).toISOString() });
    equal((await store.changed(NOW - MINUTE)).length, 1_100);
  });
}

test("a search of the future, or without overlap, is never refused", async () => {
  const store = openStore({ settings: { listOverlap: "0ms" } });
  deepEqual(await store.changed(NOW), []);
  deepEqual(await store.changed(NOW + 60 * MINUTE), []);
  deepEqual(await store.changed(0), []);
});

test("a list that counts orders and shows none, or is none, is an error; a row without a readable time is fetched", async () => {
  const store = openStore();
  const list = (answer: object) => store.hosted.putResource("/api/v3/1003/orders", JSON.stringify(answer));
  list({ total: 3, items: [] });
  await rejects(store.changed(NOW), Unavailable);
  list({});
  await rejects(store.changed(NOW), MalformedEvent);
  list({ total: 1, items: [{ orderNumber: 35, updateDate: "soon" }] });
  deepEqual(await store.changed(NOW), [{ id: "35", changedAt: undefined, state: "" }]);
});

test("the check reads one row and the profile, and fails with refused credentials", async () => {
  const store = openStore();
  await store.client.check?.();
  equal(store.requests.length, 2);
  equal(lists(store)[0]?.searchParams.get("limit"), "1");
  await rejects(async () => openStore({ accessToken: "secret_of_another" }).client.check?.(), Misconfigured);
});

test("a call that Ecwid takes for wrong is refused for good", async () => {
  const store = openStore();
  store.hosted.setFault({ fault: "error-500", on: "list", times: 1 });
  await rejects(store.changed(NOW), Unavailable);
  const wrong = openStore();
  wrong.hosted.book.memory.set("window began", String(NOW));
  const { reply } = wrong.hosted;
  wrong.hosted.reply = (request) => reply({ ...request, query: new URLSearchParams("sortBy=id") });
  await rejects(wrong.changed(NOW), Rejected);
});
