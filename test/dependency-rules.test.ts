import { deepEqual, equal, ok } from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { FOLDERS, mayRead, ROOT, readsOf, sources } from "./support/dependency-rules.ts";

const files = sources(...FOLDERS.filter((folder) => existsSync(join(ROOT, folder))));
const connectors = files.filter((file) => /^functions\/(channels|providers)\/[^/]+\//.test(file));
const textOf = (file: string) => readFileSync(join(ROOT, file), "utf8");
/** Without comments and texts, in which words are only words. */
const codeOf = (file: string) =>
  textOf(file)
    .replace(/\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm, "")
    .replace(/"(?:[^"\\\n]|\\.)*"/g, '""');

test("every file reads only what its place lets it read", () => {
  const broken = files.flatMap((file) =>
    readsOf(file)
      .filter((read) => !mayRead(file, read))
      .map((read) => `${file} reads ${read}`),
  );
  deepEqual(broken, []);
});

test("the rules see what is read, however it is written", () => {
  const text = `
import "./side-effect.ts";
import type { A } from "../provider.ts";
import {
  type B,
  C,
} from "../../../shared/order.ts";
import * as z from "zod/mini";
export { D } from "../kakaclo/index.ts";
export * from "./all.ts";
export const text = "from nowhere";
type E = import("../s2/types.ts").E;
const later = () => import("@aws-sdk/client-s3");
`;
  deepEqual(readsOf("functions/providers/akinon/index.ts", text).sort(), [
    "@aws-sdk/client-s3",
    "functions/providers/akinon/all.ts",
    "functions/providers/akinon/side-effect.ts",
    "functions/providers/kakaclo/index.ts",
    "functions/providers/provider.ts",
    "functions/providers/s2/types.ts",
    "shared/order.ts",
    "zod/mini",
  ]);
  const found = files.flatMap((file) => readsOf(file)).length;
  const lines = files.flatMap((file) => textOf(file).match(/^(?:import\b|\} from\b|export .* from\b)/gm) ?? []).length;
  ok(found > 300 && found >= lines * 0.8, `${found} of about ${lines}`);
});

test("each rule can be broken", () => {
  for (const [file, read] of [
    ["shared/order.ts", "functions/channels/channel.ts"],
    ["shared/order.ts", "infra/stage-file/define-stage.ts"],
    ["shared/order.ts", "test/support/memory-tools.ts"],
    ["functions/providers/s2/index.ts", "functions/providers/kakaclo/index.ts"],
    ["functions/providers/s2/index.ts", "functions/providers/registry.ts"],
    ["functions/providers/s2/index.ts", "functions/channels/channel.ts"],
    ["functions/providers/s2/index.ts", "functions/create-order/create-order.ts"],
    ["functions/providers/s2/api.ts", "functions/create-order/provider-handler.ts"],
    ["functions/providers/s2/api.ts", "@aws-sdk/client-sqs"],
    ["functions/providers/s2/api.ts", "node:https"],
    ["functions/providers/s2/api.ts", "node:timers/promises"],
    ["functions/providers/s2/handler.ts", "shared/stage/env.ts"],
    ["functions/channels/shopify/index.ts", "functions/channels/standard/index.ts"],
    ["functions/channels/shopify/index.ts", "functions/route-order/route-order.ts"],
    ["functions/channels/shopify/read-event.ts", "node:fs"],
    ["functions/channels/channel.ts", "functions/channels/registry.ts"],
    ["functions/channels/registry.ts", "functions/channels/shopify/map-order.ts"],
    ["functions/route-order/route-order.ts", "functions/create-order/create-order.ts"],
    ["functions/route-order/route-order.ts", "functions/channels/shopify/index.ts"],
    ["functions/find-due/find-due.ts", "local/stack.ts"],
    ["functions/find-due/handler.ts", "infra/stage-file/define-stage.ts"],
    ["functions/find-due/handler.ts", "operator/order.ts"],
    ["infra/app.ts", "functions/providers/s2/index.ts"],
    ["infra/app.ts", "functions/create-order/create-order.ts"],
    ["infra/app.ts", "local/stack.ts"],
    ["operator/order.ts", "local/stack.ts"],
    ["local/stack.ts", "test/support/memory-tools.ts"],
    ["bench/bench.ts", "test/support/memory-tools.ts"],
    ["docs/tools/ledger-page.ts", "test/support/memory-tools.ts"],
    ["shared/order.ts", "shared/stage/config.ts"],
    ["shared/stage/config.ts", "shared/telemetry/log.ts"],
    ["shared/telemetry/log.ts", "shared/messages/event.ts"],
    ["shared/messages/event.ts", "shared/ledger/table.ts"],
    ["shared/ledger/table.ts", "shared/connector/http.ts"],
    ["shared/ledger/order-record.ts", "shared/routing/decide.ts"],
    ["shared/routing/decide.ts", "shared/ledger/order-record.ts"],
    ["shared/routing/decide.ts", "shared/messages/event.ts"],
    ["shared/routing/decide.ts", "shared/telemetry/log.ts"],
    ["shared/new-folder/new.ts", "shared/order.ts"],
    ["shared/stage/config.ts", "aws-cdk-lib"],
    ["operator/order.ts", "functions/providers/provider.ts"],
    ["operator/order.ts", "functions/create-order/create-order.ts"],
    ["operator/order.ts", "infra/constructs/ledger-table.ts"],
    ["operator/order.ts", "infra/stages/prod.ts"],
    ["operator/order.ts", "aws-cdk-lib"],
    ["operator/order.ts", "console/server.ts"],
    ["console/server.ts", "infra/constructs/ledger-table.ts"],
    ["console/server.ts", "functions/channels/shopify/index.ts"],
    ["infra/stage-file/read-stage.ts", "aws-cdk-lib"],
    ["infra/stage-file/read-stage.ts", "infra/constructs/ledger-table.ts"],
    ["infra/app.ts", "operator/order.ts"],
    ["infra/app.ts", "console/server.ts"],
    ["infra/app.ts", "docs/tools/costs.ts"],
    ["local/simulators/providers/s2/index.ts", "functions/providers/s2/api.ts"],
    ["local/simulators/channels/shopify/index.ts", "functions/channels/shopify/index.ts"],
    ["local/simulators/channels/shopify/index.ts", "functions/channels/schemes.ts"],
    ["functions/route-order/handler.ts", "functions/channels/schemes.ts"],
    ["functions/route-order/handler.ts", "aws-cdk-lib"],
    ["functions/reconcile/handler.ts", "functions/route-order/route-order.ts"],
    ["functions/channels/schemes.ts", "functions/channels/shopify/index.ts"],
    ["functions/open-client.ts", "functions/channels/shopify/api.ts"],
    ["functions/channels/shopify/api.ts", "functions/open-client.ts"],
    ["functions/providers/registry.ts", "functions/channels/shopify/index.ts"],
    ["new-folder/new.ts", "shared/order.ts"],
  ] as const) {
    equal(mayRead(file, read), false, `${file} reads ${read}`);
  }
});

test("the rules let each folder read what design.md says it reads", () => {
  for (const [file, read] of [
    ["shared/connector/tools.ts", "shared/ledger/cache.ts"],
    ["shared/ledger/outbox.ts", "shared/messages/queues.ts"],
    ["shared/ledger/outbox.ts", "shared/order.ts"],
    ["shared/routing/decide.ts", "shared/stage/config.ts"],
    ["functions/route-order/route-order.ts", "shared/routing/decide.ts"],
    ["functions/channels/shopify/index.ts", "functions/channels/schemes.ts"],
    ["functions/reconcile/handler.ts", "functions/open-client.ts"],
    ["functions/providers/s2/handler.ts", "functions/create-order/provider-handler.ts"],
    ["infra/app.ts", "aws-cdk-lib"],
    ["infra/constructs/ledger-table.ts", "infra/stage-file/checked-stage.ts"],
    ["operator/order.ts", "infra/stage-file/load-stage.ts"],
    ["operator/order.ts", "functions/providers/registry.ts"],
    ["console/server.ts", "operator/order-story.ts"],
    ["local/stack.ts", "functions/channels/schemes.ts"],
    ["bench/bench.ts", "local/stack.ts"],
    ["docs/tools/costs.ts", "infra/template.ts"],
    ["test/support/relay.ts", "functions/create-order/create-order.ts"],
  ] as const) {
    equal(mayRead(file, read), true, `${file} reads ${read}`);
  }
});

test("no connector reaches for the outside by itself", () => {
  const broken = connectors.flatMap((file) =>
    [
      /\bprocess\s*\.\s*env\b|\bprocess\s*\[/,
      /(?<![.\w])fetch\s*\(/,
      /\bglobalThis\b/,
      /\bcreateRequire\b/,
      /\bimport\(\s*[^"'\s]/,
    ]
      .filter((word) => word.test(codeOf(file)))
      .map((word) => `${file}: ${word}`),
  );
  deepEqual(broken, []);
});

test("connectors do nothing when imported", async () => {
  const script = fileURLToPath(new URL("support/import-connectors.ts", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: 60_000 });
  const { modules, tried, left } = JSON.parse(stdout);
  ok(modules >= 40, `${modules} modules`);
  deepEqual([tried, left], [[], []]);
});

test("what runs in a Lambda reads zod/mini and never zod, and nothing of the CDK", () => {
  const inLambda = files.filter((file) => /^(functions|shared)\//.test(file));
  const broken = inLambda.filter((file) =>
    readsOf(file).some((read) => read === "zod" || /^(aws-cdk|constructs|cdk-)/.test(read)),
  );
  deepEqual(broken, []);
});
