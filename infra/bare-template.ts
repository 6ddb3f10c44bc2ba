import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import type { Stage } from "./checked-stage.ts";
import { connectors } from "./connectors.ts";
import { OrderRelayStack } from "./order-relay-stack.ts";

export interface Resource {
  Type: string;
  Properties: Record<string, unknown>;
}

/** The template of a stage by logical ID, without the functions' code: for what counts or draws what would be deployed. */
export function bareTemplate(stage: Stage): Map<string, Resource> {
  // CDK's check of its own schema takes seconds; `npm run synth` makes it.
  process.env["CDK_VALIDATION"] = "false";
  const outdir = mkdtempSync(join(tmpdir(), "order-relay-template-"));
  try {
    const app = new App({ analyticsReporting: false, outdir });
    const stack = new OrderRelayStack(app, { stage, connectors, codeOf: () => Code.fromInline("// left out") });
    const { Resources = {} }: { Resources?: Record<string, Partial<Resource>> } = Template.fromStack(stack).toJSON();
    return new Map(
      Object.entries(Resources).map(([id, { Type = "", Properties = {} }]) => [id, { Type, Properties }] as const),
    );
  } finally {
    rmSync(outdir, { recursive: true, force: true });
  }
}
