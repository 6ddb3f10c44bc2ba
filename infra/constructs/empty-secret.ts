import { PolicyStatement } from "aws-cdk-lib/aws-iam";
import { CfnSecret } from "aws-cdk-lib/aws-secretsmanager";
import type { Construct } from "constructs";
import { secretName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import { acknowledge } from "./acknowledge.ts";
import type { AppFunction } from "./app-function.ts";

interface Props {
  stage: Stage;
  kind: Parameters<typeof secretName>[1];
  /** `shopify/main`, `kakaclo/eu` */
  path: string;
  /** Descriptions of its fields, by name. */
  fields: Record<string, string>;
}

/**
 * A secret created without a value; `npm run secrets` asks the operator for the fields in its description. Until it is
 * filled, receive-webhook answers 503 and the other functions retry. Removing its connection or destination from the
 * stage file deletes it: were it retained, its fixed name would make the deployment that puts it back fail.
 */
export class EmptySecret extends CfnSecret {
  constructor(scope: Construct, id: string, { stage, kind, path, fields }: Props) {
    const asked = Object.entries(fields).map(([name, meaning]) => `${name}: ${meaning}`);
    // Secrets Manager takes 2,048 characters.
    const description = `JSON with ${asked.join("; ") || "no fields"}`.slice(0, 2048);
    super(scope, id, { name: secretName(stage.name, kind, path), description });
    acknowledge(this, {
      "AwsSolutions-SMG4":
        "Credentials that another company issues; only the operator can rotate them there (docs/runbook.md).",
    });
  }

  grantRead(fn: AppFunction): void {
    fn.addToRolePolicy(new PolicyStatement({ actions: ["secretsmanager:GetSecretValue"], resources: [this.ref] }));
  }

  /** For a function that replaces it: a refresh token that changes with each use. */
  grantReplace(fn: AppFunction): void {
    const actions = ["secretsmanager:PutSecretValue", "secretsmanager:UpdateSecretVersionStage"];
    fn.addToRolePolicy(new PolicyStatement({ actions, resources: [this.ref] }));
  }
}
