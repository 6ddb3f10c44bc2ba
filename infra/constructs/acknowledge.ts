import { Validations } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** Acknowledges cdk-nag findings on a construct and its children, each with a reason. */
export function acknowledge(construct: Construct, reasons: Record<string, string>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}
