import { PutSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import type { OpenStage } from "./open-stage.ts";
import { replaceRotatingSecret } from "./replace-rotating-secret.ts";
import type { StageSecret } from "./stage-secrets.ts";

/** Writes a secret's value; one whose refresh token route-order replaces, under the lease of its renewals. */
export async function writeSecret(
  secret: StageSecret,
  value: unknown,
  { secretsManager, table }: Pick<OpenStage, "secretsManager" | "table">,
): Promise<void> {
  const put = () =>
    secretsManager.send(new PutSecretValueCommand({ SecretId: secret.name, SecretString: JSON.stringify(value) }));
  await (secret.rotates ? replaceRotatingSecret(secret.path, table, put) : put());
}
