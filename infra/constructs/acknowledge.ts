import { Validations } from "aws-cdk-lib";
import type { Construct } from "constructs";

/** Accepts findings of cdk-nag on a construct and all within it, each with the reason. */
export function acknowledge(construct: Construct, reasons: Record<string, string>): void {
  for (const [id, reason] of Object.entries(reasons)) Validations.of(construct).acknowledge({ id, reason });
}
