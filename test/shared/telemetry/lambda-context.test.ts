import { deepEqual, ok } from "node:assert/strict";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { bundle } from "../../../infra/bundle/bundle.ts";
import { connectors } from "../../../infra/stage-file/connectors.ts";
import type { FunctionName } from "../../../infra/stage-file/function-settings.ts";
import { handlersOf } from "../../../infra/stage-file/handlers.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { startEnvironment } from "../../receive-webhook/environment.ts";
import { until } from "../../support/shop.ts";
import { stage as everything } from "../../support/stages/everything.ts";

const kindOf = (name: FunctionName): string => name.replace(/^create-order-.*/, "create-order");
/** Every function of a stage; of the providers one, since all run the same handler. */
const handlers = [...handlersOf(readStage(everything, connectors), connectors)].filter(
  ([name], index, all) => all.findIndex(([other]) => kindOf(other) === kindOf(name)) === index,
);

/** In place of AWS: has nothing, and takes everything. */
const aws = createServer((request, response) => {
  request.resume().on("end", () => {
    response.writeHead(200, { "content-type": "application/x-amz-json-1.0" }).end("{}");
  });
});
before(async () => {
  aws.listen(0, "127.0.0.1");
  await once(aws, "listening");
});
after(() => {
  aws.closeAllConnections();
  aws.close();
});

const record = {
  ...{ messageId: "m1", receiptHandle: "r1", body: "not an event", messageAttributes: {}, md5OfBody: "" },
  attributes: { ApproximateReceiveCount: "1", SentTimestamp: "0", SenderId: "", ApproximateFirstReceiveTimestamp: "0" },
  ...{ eventSource: "aws:sqs", awsRegion: "eu-central-1", eventSourceARN: "arn:aws:sqs:eu-central-1:1:queue" },
};
const request = {
  ...{ version: "2.0", routeKey: "$default", rawPath: "/webhooks/none/none", rawQueryString: "", headers: {} },
  requestContext: { http: { method: "POST", path: "/webhooks/none/none", sourceIp: "203.0.113.7" } },
  isBase64Encoded: false,
};
const eventFor = (name: FunctionName): object =>
  name === "receive-webhook" ? request : name === "find-due" ? {} : { Records: [record] };

/** Log lines (not metrics) that a function writes, once it has written `count` of them. */
async function logLines(output: () => string, count: number): Promise<Record<string, unknown>[]> {
  const lines = () =>
    output()
      .split("\n")
      .slice(0, -1)
      .map((line): Record<string, unknown> => JSON.parse(line))
      .filter(({ level }) => level !== undefined);
  return until(
    async () => (lines().length >= count ? lines() : undefined),
    20,
    async () => lines(),
  );
}

test("a stage has at least the four functions", () => {
  const names = handlers.map(([name]) => kindOf(name));
  for (const name of ["receive-webhook", "route-order", "create-order", "find-due"]) ok(names.includes(name), name);
});

// reconcile writes a line for each connection, and none for a start at which nothing is due.
for (const [name, entry] of handlers.filter(([name]) => name !== "reconcile")) {
  test(`each log line of ${name} carries Lambda's request ID and whether the start was cold`, async () => {
    const folder = await bundle(entry, everything);
    const lambda = startEnvironment(folder, `http://127.0.0.1:${(aws.address() as AddressInfo).port}`);
    try {
      for (let call = 0; call < 2; call++) await lambda.invoke(eventFor(name));
      const lines = await logLines(lambda.output, 2);
      deepEqual(
        lines.map(({ function_request_id, cold_start }) => [function_request_id, cold_start]),
        [
          ["r-1", true],
          ["r-1", false],
        ],
      );
    } finally {
      await lambda.end();
      await rm(folder, { recursive: true });
    }
  });
}
