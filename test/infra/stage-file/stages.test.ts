import { deepEqual, equal, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { stage as local } from "../../../local/stages/local.ts";
import { pathOf } from "../../../shared/stage/config.ts";
import { connectors, stageFile, templateOf } from "../../support/synthesised.ts";

const STAGES = new URL("../../../infra/stages/", import.meta.url);
const { config } = readStage(local, connectors);

for (const name of readdirSync(STAGES)) {
  test(`infra/stages/${name} has no mistakes, and its stage has the file's name`, async () => {
    const { stage }: { stage: StageFile } = await import(new URL(name, STAGES).href);
    equal(`${readStage(stage, connectors).name}.ts`, name);
  });
}

test("the local stage has a demo of every channel and provider, and routes each paid order to all providers", () => {
  deepEqual(
    config.connections.map(pathOf),
    connectors.channels.map(({ name }) => `${name}/demo`),
  );
  const destinations = connectors.providers.map(({ name }) => `${name}/demo`);
  deepEqual(config.routes, [{ from: config.connections.map(pathOf), to: destinations, when: "ready", test: false }]);
  ok(config.connections.every(({ since, maxOrderAge }) => since === undefined && maxOrderAge === "none"));
});

test("in the local stage SQS redelivers a crashed delivery within 30 s", () => {
  const visibility = templateOf(local, connectors)
    .all("AWS::SQS::Queue")
    .map(({ Properties }) => Number(Properties["VisibilityTimeout"] ?? 0));
  ok(Math.max(...visibility) <= 30);
});

test("a second stage in the same account shares no name with the first", () => {
  const NAMES = [
    "QueueName",
    "TableName",
    "FunctionName",
    "Name",
    "BucketName",
    "LogGroupName",
    "TopicName",
    "AlarmName",
    "AliasName",
    "DashboardName",
  ];
  const names = (stage: string) => {
    const { json } = templateOf(stageFile({ stage }));
    const resources: Record<string, { Properties?: Record<string, unknown> }> = json["Resources"];
    return Object.values(resources)
      .flatMap(({ Properties = {} }) => NAMES.map((field) => `${field} ${JSON.stringify(Properties[field])}`))
      .filter((name) => !/ (undefined|\{"(Ref|Fn::GetAtt)".*)$/.test(name));
  };
  const first = new Set(names("blue"));
  ok(first.size > 20);
  deepEqual(
    names("green").filter((name) => first.has(name)),
    [],
  );
});

test("a stage of 20 destinations and 20 connections fits CloudFormation's 500 resources", () => {
  const many = Array.from({ length: 20 }, (_, index) => index);
  const file = stageFile({
    connections: many.map((index) => ({
      channel: "bazaar",
      name: `shop-${index}`,
      key: `K${index}`,
      since: "2026-01-01T00:00:00Z",
      silentAfter: "1h",
    })),
    destinations: many.map((index) => ({ provider: "parcelworks", name: `account-${index}` })),
    routes: [],
  });
  ok(Object.keys(templateOf(file).json["Resources"]).length <= 500);
  equal(templateOf(file).all("AWS::SQS::Queue").length, 42);
});
