import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import { OrderRelayStack } from "./order-relay-stack.ts";
import type { Stage } from "./stage-file/checked-stage.ts";
import { type Connectors, connectors } from "./stage-file/connectors.ts";

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** For `context` of an App: turns off CDK's own limit, whose error lists types; check-size.ts says how many fit. */
export const ANY_SIZE = { "@aws-cdk/core:stackResourceLimit": "0" };

/** A stage's resources by logical ID, without the functions' code. */
export function bareTemplate(stage: Stage, known: Connectors = connectors): Map<string, Resource> {
  // CDK's schema check takes seconds; `npm run synth` runs it.
  process.env["CDK_VALIDATION"] = "false";
  const outdir = mkdtempSync(join(tmpdir(), "order-relay-template-"));
  try {
    const app = new App({ analyticsReporting: false, outdir, context: ANY_SIZE });
    const stack = new OrderRelayStack(app, { stage, connectors: known, codeOf: () => Code.fromInline("// left out") });
    return resourcesOf(Template.fromStack(stack).toJSON());
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}

/** The resources of a template by logical ID. */
export const resourcesOf = ({ Resources = {} }: { Resources?: Record<string, Partial<Resource>> }) =>
  new Map<string, Resource>(
    Object.entries(Resources).map(([id, { Type = "", Properties = {} }]) => [id, { Type, Properties }]),
  );
