import { randomUUID } from "node:crypto";
import { arn } from "./aws-account.ts";

interface Secret {
  name: string;
  description: string;
  value?: string;
  version: string;
  changedAt: number;
}

type Request = Record<string, unknown>;
export type AwsAnswer = { status: number; body: object };

/** The few Secrets Manager calls that functions and operators make, with AWS's answers. */
export interface SecretsManager {
  create(name: string, description: string, value?: string): void;
  put(name: string, value: string): void;
  /** @param operation `GetSecretValue` … */
  answer(operation: string, request: Request): AwsAnswer;
}

export function createSecretsManager(): SecretsManager {
  const secrets = new Map<string, Secret>();
  const arnOf = (name: string): string => arn("secretsmanager", `secret:${name}-local0`);
  const find = (request: Request): Secret | undefined => {
    const id = String(request["SecretId"]);
    const name = id.startsWith("arn:") ? id.split(":secret:")[1]?.replace(/-[A-Za-z0-9]{6}$/, "") : id;
    return secrets.get(name ?? "");
  };
  const describe = ({ name, description, changedAt, version }: Secret) => ({
    ARN: arnOf(name),
    Name: name,
    Description: description,
    LastChangedDate: changedAt / 1000,
    VersionIdsToStages: { [version]: ["AWSCURRENT"] },
  });

  const create = (name: string, description: string, value?: string): void => {
    const written = { name, description, version: randomUUID(), changedAt: Date.now() };
    secrets.set(name, value === undefined ? written : { ...written, value });
  };
  const put = (name: string, value: string): void => create(name, secrets.get(name)?.description ?? "", value);

  const operations: Record<string, (request: Request) => AwsAnswer> = {
    GetSecretValue(request) {
      const secret = find(request);
      if (!secret) return missing("secret");
      if (secret.value === undefined) return missing("secret value for staging label: AWSCURRENT");
      const { name, value, version, changedAt } = secret;
      const stages = { VersionId: version, VersionStages: ["AWSCURRENT"], CreatedDate: changedAt / 1000 };
      return ok({ ARN: arnOf(name), Name: name, SecretString: value, ...stages });
    },
    DescribeSecret(request) {
      const secret = find(request);
      return secret ? ok(describe(secret)) : missing("secret");
    },
    ListSecrets: () => ok({ SecretList: [...secrets.values()].map(describe) }),
    PutSecretValue(request) {
      const secret = find(request);
      if (!secret) return missing("secret");
      put(secret.name, String(request["SecretString"]));
      return ok({ ARN: arnOf(secret.name), Name: secret.name, VersionId: secrets.get(secret.name)?.version });
    },
    CreateSecret(request) {
      const name = String(request["Name"]);
      const { SecretString: value, Description: description = "" } = request;
      if (secrets.has(name)) return failure("ResourceExistsException", `The secret ${name} already exists.`);
      create(name, String(description), typeof value === "string" ? value : undefined);
      return ok({ ARN: arnOf(name), Name: name, VersionId: secrets.get(name)?.version });
    },
  };

  return {
    create,
    put,
    answer(operation, request) {
      const run = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
      return run ? run(request) : failure("UnknownOperationException", `The local stack has no ${operation}.`);
    },
  };
}

const ok = (body: object): AwsAnswer => ({ status: 200, body });
const failure = (type: string, message: string): AwsAnswer => ({
  status: 400,
  body: { __type: type, Message: message, message },
});
const missing = (what: string): AwsAnswer =>
  failure("ResourceNotFoundException", `Secrets Manager can't find the specified ${what}.`);
