import { equal, match, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { StageConfigError } from "../../../infra/stage-file/stage-config-error.ts";
import { appChannels, appStage } from "../../support/app-channels.ts";

const since = "2026-01-01T00:00:00Z";
const connection = (channel: string, name: string, more: object = {}) => ({
  ...{ channel, name, key: `${channel[0]}${name[0]}`.toUpperCase(), since },
  ...more,
});

/** The sentences that the synth prints for a stage with these changes. */
function mistakes(changes: Partial<StageFile>): string[] {
  try {
    readStage(appStage(changes), appChannels);
  } catch (error) {
    if (error instanceof StageConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

test("two shops of one app, and sellers whose channel sends to queues, are accepted", () => {
  equal(mistakes({}).join("\n"), "");
});

test("endpoints may be left out: the connections name them", () => {
  equal(mistakes({ endpoints: [] }).join("\n"), "");
});

const app = { channel: "mall", name: "app" };
const north = connection("mall", "north", { endpoint: "app", shop: "n-1" });

const MISTAKES: [title: string, changes: Partial<StageFile>, sentence: RegExp][] = [
  [
    "an endpoint of an unknown channel",
    { endpoints: [{ channel: "mal", name: "app" }, app] },
    /endpoints names the channel "mal", which does not exist; write "mall"$/,
  ],
  [
    "an endpoint that serves no connection",
    { endpoints: [app, { channel: "mall", name: "apps" }] },
    /endpoints mall\/apps serves no connection; write endpoint: "apps" at a connection of mall, or call it mall\/app, or remove it$/,
  ],
  ["an endpoint that is listed twice", { endpoints: [app, app] }, /endpoints has mall\/app twice; remove one of them$/],
  [
    "a connection with a misspelt endpoint",
    { endpoints: [app], connections: [north, connection("mall", "south", { endpoint: "ap", shop: "s-1" })] },
    /connections mall\/south: the endpoint "ap" is not in endpoints; write endpoint: "app", or add it there$/,
  ],
  [
    "two connections at one endpoint, one of them without a shop",
    { endpoints: [], connections: [north, connection("mall", "south", { endpoint: "app" })] },
    /connections mall\/south shares the endpoint mall\/app with other connections and has no `shop`; write shop: "…" .*docs\/channels\/mall\.md/,
  ],
  [
    "two connections of the same shop",
    { endpoints: [], connections: [north, connection("mall", "south", { endpoint: "app", shop: "N-1" })] },
    /connections mall\/south shares the endpoint mall\/app with mall\/north, and both have the shop "N-1"; give each the shop/,
  ],
  [
    "two shops at an endpoint of a channel that signs no shop",
    {
      endpoints: [],
      connections: [
        connection("bazaar", "one", { endpoint: "all", shop: "1" }),
        connection("bazaar", "two", { endpoint: "all", shop: "2" }),
      ],
    },
    /connections bazaar\/one and bazaar\/two share the endpoint bazaar\/all, and an endpoint of Bazaar serves one shop; remove `endpoint`$/,
  ],
  [
    "an endpoint without the address that its channel signs",
    { endpoints: [], connections: [connection("fair", "main")] },
    /endpoints fair\/main needs its address, which Fair signs; write endpoints: \[\{ channel: "fair", name: "main", url: "https:\/\/hooks\.example\.com\/webhooks\/fair\/main" \}\]$/,
  ],
  [
    "an address that is not https",
    { endpoints: [{ ...app, url: "http://hooks.example.com/webhooks/mall/app" }] },
    /endpoints\[0\]\.url \(mall\/app\): an https:\/\/ address/,
  ],
];

for (const [title, changes, sentence] of MISTAKES) {
  test(`${title}: one sentence says what to write`, () => {
    const [only = "", ...more] = mistakes(changes);
    match(only, sentence);
    equal(more.join("\n"), "");
  });
}

test("each notification queue counts as 2 in the sum of concurrency", () => {
  const sellers = Array.from({ length: 30 }, (_, index) => ({
    ...connection("harbour", `seller-${index}`),
    key: `H${index}`,
  }));
  const [sentence = ""] = mistakes({ endpoints: [], connections: sellers, accountConcurrency: 90 });
  // 10 of route-order, 60 of the queues, 4 of two destinations, 1 of find-due.
  match(sentence, /the notification queues \(2 each, 60 in all\), .* may run 75 at a time, and of the account's 90/);
  equal(mistakes({ endpoints: [], connections: sellers, accountConcurrency: 94 }).join(""), "");
});

test("two queues with the same name are a mistake", () => {
  throws(
    () =>
      readStage(
        appStage({
          connections: [connection("harbour", "east")],
          endpoints: [],
          destinations: [{ provider: "notifications", name: "harbour-east" }],
        }),
        { ...appChannels, providers: appChannels.providers.map((one) => ({ ...one, name: "notifications" })) },
      ),
    (error) => {
      ok(error instanceof StageConfigError);
      match(error.message, /would share the queue order-relay-test-notifications-harbour-east;/);
      return true;
    },
  );
});
