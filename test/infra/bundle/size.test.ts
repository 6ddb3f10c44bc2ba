import { doesNotThrow, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { checkSize } from "../../../infra/check-size.ts";
import type { StageFile } from "../../../infra/stage-file/define-stage.ts";
import { readStage } from "../../../infra/stage-file/read-stage.ts";
import { StageConfigError } from "../../../infra/stage-file/stage-config-error.ts";
import { bareTemplate } from "../../../infra/template.ts";
import { appChannels, appStage } from "../../support/app-channels.ts";
import { bazaar, stageFile, templateOf } from "../../support/synthesised.ts";
import { THOROUGH } from "../../support/thorough.ts";

const shops = (count: number): StageFile["connections"] =>
  Array.from({ length: count }, (_, index) => ({
    channel: "bazaar",
    name: `shop-${index}`,
    key: `B${index}`,
    since: "2026-01-01T00:00:00Z",
  }));
const accounts = (count: number): StageFile["destinations"] =>
  Array.from({ length: count }, (_, index) => ({ provider: "parcelworks", name: `account-${index}` }));

/** A synth of a large stage takes seconds: each is done once. */
const large = (changes: Partial<StageFile>) => {
  const stage = readStage(stageFile({ routes: [], ...changes }), bazaar);
  return { stage, template: bareTemplate(stage, bazaar) };
};
const check = (changes: Partial<StageFile>, { stage, template } = large(changes)): void =>
  checkSize(stage, bazaar, template);

/** The numbers in the sentence for a stage with these changes. */
function numbersIn(changes: Partial<StageFile>, sentence: RegExp, given = large(changes)): number[] {
  let numbers: number[] | undefined;
  throws(
    () => check(changes, given),
    (error) => {
      if (!(error instanceof StageConfigError)) throw error;
      const found = sentence.exec(error.message);
      ok(found, error.message);
      numbers = found.slice(1).map(Number);
      return true;
    },
  );
  return numbers ?? [];
}

test("120 connections are too many for a stack: the sentence says about how many fit", () => {
  const connections = shops(120);
  const given = large({ connections });
  const [resources, about = 0] = numbersIn(
    { connections },
    /^infra\/stages\/test\.ts: 120 connections and 2 destinations make (\d+) CloudFormation resources in a stack, of which 500 are allowed.*; about (\d+) connections fit with all destinations: move the others to a second stage in the same account/,
    given,
  );
  equal(resources, given.template.size);
  doesNotThrow(() => check({ connections: shops(about - 1) }));
  // What is above 500 is refused, as the 120 are.
  ok(large({ connections: shops(about + 2) }).template.size > 500);
});

// Each synthesises the largest stages several times.
if (THOROUGH) {
  test("too many destinations: the sentence says about how many fit, whose template is within CloudFormation's 1 MB", () => {
    const [about = 0] = numbersIn(
      { destinations: accounts(60) },
      /; about (\d+) destinations fit with all connections: move/,
    );
    doesNotThrow(() => check({ destinations: accounts(about - 1) }));
    throws(() => check({ destinations: accounts(about + 2) }), StageConfigError);
    const { json } = templateOf(stageFile({ destinations: accounts(about - 1), routes: [] }));
    ok(JSON.stringify(json, undefined, 1).length < 1_000_000);
  });

  test("the queues of sellers count: too many of them are refused with the number that fits", () => {
    const connections = Array.from({ length: 60 }, (_, index) => ({
      ...{
        channel: "harbour",
        name: `s-${index}`,
        key: `H${index}`,
        shop: `s-${index}`,
        since: "2026-01-01T00:00:00Z",
      },
    }));
    const stage = readStage(appStage({ endpoints: [], connections }), appChannels);
    const template = bareTemplate(stage, appChannels);
    const queues = [...template.values()].filter(({ Type }) => Type === "AWS::SQS::Queue");
    ok(queues.length > 2 * connections.length && template.size > 500);
    throws(() => checkSize(stage, appChannels, template), /60 connections and .* about \d+ connections fit/);
  });

  test("if neither all connections nor all destinations fit, the sentence gives no number", () => {
    numbersIn(
      { connections: shops(130), destinations: accounts(60) },
      /; (neither) all connections nor all destinations fit: move/,
    );
  });
}

test("a graph with more metrics than CloudWatch allows is a mistake too", () => {
  const graph = (metrics: number) => ({
    ...{ type: "metric", x: 0, y: 0, width: 12, height: 6 },
    properties: {
      title: "Webhooks",
      view: "timeSeries",
      metrics: Array.from({ length: metrics }, () => ["OrderRelay"]),
    },
  });
  const template = (metrics: number) => {
    const DashboardBody = JSON.stringify({ widgets: [graph(metrics)] });
    return new Map([["Dashboard", { Type: "AWS::CloudWatch::Dashboard", Properties: { DashboardBody } }]]);
  };
  const stage = readStage(stageFile(), bazaar);
  doesNotThrow(() => checkSize(stage, bazaar, template(500)));
  throws(
    () => checkSize(stage, bazaar, template(501)),
    /make 501 CloudWatch metrics in a graph, of which 500 are allowed/,
  );
});
