import { doesNotThrow, match, throws } from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { Validations } from "aws-cdk-lib";
import { Bucket } from "aws-cdk-lib/aws-s3";
import { AwsSolutionsChecks } from "cdk-nag";
import type { OrderRelayStack } from "../../infra/order-relay-stack.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";
import { stage as prod } from "../../infra/stages/prod.ts";
import { stage as local } from "../../local/stages/local.ts";
import { stage as everything } from "../support/stages/everything.ts";
import { bazaar, connectors, stageFile, synthesised } from "../support/synthesised.ts";

/** @throws the findings of AwsSolutions that are not acknowledged */
function nag(file: StageFile, known = bazaar, spoil: (stack: OrderRelayStack) => void = () => {}): void {
  const outdir = mkdtempSync(join(tmpdir(), "order-relay-nag-"));
  try {
    const { app, stack } = synthesised(file, { outdir, known });
    Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
    spoil(stack);
    try {
      app.synth();
    } catch {
      throw new Error(readFileSync(join(outdir, "validation-report.json"), "utf8"));
    }
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

test("cdk-nag finds nothing unacknowledged in the local stage", () => doesNotThrow(() => nag(local, connectors)));

test("cdk-nag finds nothing unacknowledged in the example production stage", () =>
  doesNotThrow(() => nag(prod, connectors)));

test("cdk-nag finds nothing unacknowledged with every option on", () =>
  doesNotThrow(() => nag(everything, connectors)));

test("cdk-nag runs: it finds a careless bucket", () => {
  throws(
    () => nag(stageFile(), bazaar, (stack) => new Bucket(stack, "Careless")),
    (error: Error) => {
      match(error.message, /AwsSolutions-S10/);
      return true;
    },
  );
});
