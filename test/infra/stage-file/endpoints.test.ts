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

const QUEUE = "arn:aws:sqs:eu-west-1:111122223333:amazon-orders";
const seller = (queue: { arn: string; key?: string }, name = "east") =>
  connection("harbour", name, { shop: "e-1", queue });

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
    "a seller without an ID, whose queue would take another's notifications",
    { endpoints: [], connections: [connection("harbour", "east")] },
    /connections harbour\/east has no `shop`; write shop: "…" with the seller's ID/,
  ],
  [
    "a queue at a channel that sends to an address",
    { endpoints: [], connections: [{ ...north, queue: { arn: QUEUE } }] },
    /connections mall\/north has `queue`, and Mall sends to an address; leave it out$/,
  ],
  [
    "a FIFO queue, on which no notification would arrive",
    { endpoints: [], connections: [seller({ arn: `${QUEUE}.fifo` })] },
    /connections harbour\/east: queue\.arn is not the ARN of a standard queue; write arn: "arn:aws:sqs:.*FIFO/,
  ],
  [
    "an alias in place of a key",
    { endpoints: [], connections: [seller({ arn: QUEUE, key: "arn:aws:kms:eu-west-1:111122223333:alias/amazon" })] },
    /connections harbour\/east: queue\.key is not the ARN of a KMS key; write key: "arn:aws:kms:/,
  ],
  [
    "a misspelt field of a queue",
    { endpoints: [], connections: [{ ...seller({ arn: QUEUE }), queue: Object({ arn: QUEUE, keyArn: "x" }) }] },
    /connections\[0\]\.queue.*keyArn/,
  ],
  [
    "one queue of two sellers",
    { endpoints: [], connections: [seller({ arn: QUEUE }), { ...seller({ arn: QUEUE }, "west"), shop: "w-1" }] },
    /connections harbour\/east and harbour\/west have the same queue; each needs a queue of its own$/,
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
    ...{ key: `H${index}`, shop: `s-${index}` },
  }));
  const [sentence = ""] = mistakes({ endpoints: [], connections: sellers, accountConcurrency: 90 });
  // 10 of route-order, 60 of the queues, 4 of two destinations, 1 each of find-due and reconcile.
  match(sentence, /the notification queues \(2 each, 60 in all\), .* may run 76 at a time, and of the account's 90/);
  equal(mistakes({ endpoints: [], connections: sellers, accountConcurrency: 95 }).join(""), "");
});

test("two queues with the same name are a mistake", () => {
  throws(
    () =>
      readStage(
        appStage({
          connections: [connection("harbour", "east", { shop: "e-1" })],
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
