import { randomUUID } from "node:crypto";
import { arn } from "./aws-account.ts";

interface Version {
  id: string;
  value: string;
  /** Epoch ms. */
  createdAt: number;
}

interface Secret {
  name: string;
  description: string;
  versions: Version[];
  /** IDs of versions by their staging label: `AWSCURRENT` … */
  labels: Map<string, string>;
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

/** Secrets Manager keeps about 100 versions without a label. */
const MOST_VERSIONS = 100;

export function createSecretsManager(): SecretsManager {
  const secrets = new Map<string, Secret>();
  const arnOf = (name: string): string => arn("secretsmanager", `secret:${name}-local0`);
  const find = (request: Request): Secret | undefined => {
    const id = String(request["SecretId"]);
    const name = id.startsWith("arn:") ? id.split(":secret:")[1]?.replace(/-[A-Za-z0-9]{6}$/, "") : id;
    return secrets.get(name ?? "");
  };
  const labelsOf = ({ labels }: Secret, id: string): string[] =>
    [...labels].filter(([, version]) => version === id).map(([label]) => label);
  const describe = (secret: Secret) => ({
    ARN: arnOf(secret.name),
    Name: secret.name,
    Description: secret.description,
    LastChangedDate: secret.changedAt / 1000,
    VersionIdsToStages: Object.fromEntries(
      secret.versions.map(({ id }) => [id, labelsOf(secret, id)] as const).filter(([, labels]) => labels.length > 0),
    ),
  });

  /** AWSPREVIOUS follows AWSCURRENT, as at AWS. */
  function label(secret: Secret, name: string, id: string): void {
    const former = secret.labels.get(name);
    if (name === "AWSCURRENT" && former !== undefined && former !== id) secret.labels.set("AWSPREVIOUS", former);
    secret.labels.set(name, id);
    secret.changedAt = Date.now();
  }

  function add(secret: Secret, version: Version, labels: readonly string[]): void {
    secret.versions.push(version);
    for (const name of labels) label(secret, name, version.id);
    const unlabelled = secret.versions.filter(({ id }) => labelsOf(secret, id).length === 0);
    const surplus = new Set(unlabelled.slice(0, Math.max(0, unlabelled.length - MOST_VERSIONS)));
    secret.versions = secret.versions.filter((one) => !surplus.has(one));
  }

  const create = (name: string, description: string, value?: string): void => {
    const secret: Secret = { name, description, versions: [], labels: new Map(), changedAt: Date.now() };
    secrets.set(name, secret);
    if (value !== undefined) add(secret, { id: randomUUID(), value, createdAt: Date.now() }, ["AWSCURRENT"]);
  };
  const put = (name: string, value: string): void => {
    const secret = secrets.get(name);
    if (secret) add(secret, { id: randomUUID(), value, createdAt: Date.now() }, ["AWSCURRENT"]);
    else create(name, "", value);
  };

  const operations: Record<string, (request: Request) => AwsAnswer> = {
    GetSecretValue(request) {
      const secret = find(request);
      if (!secret) return missing("secret");
      const { VersionId: wanted, VersionStage: stage = "AWSCURRENT" } = request;
      const id = typeof wanted === "string" ? wanted : secret.labels.get(String(stage));
      const version = secret.versions.find((one) => one.id === id);
      if (!version && wanted !== undefined) return missing(`secret value for VersionId: ${wanted}`);
      if (!version) return missing(`secret value for staging label: ${stage}`);
      const stages = {
        VersionId: version.id,
        VersionStages: labelsOf(secret, version.id),
        CreatedDate: version.createdAt / 1000,
      };
      return ok({ ARN: arnOf(secret.name), Name: secret.name, SecretString: version.value, ...stages });
    },
    DescribeSecret(request) {
      const secret = find(request);
      return secret ? ok(describe(secret)) : missing("secret");
    },
    ListSecrets: () => ok({ SecretList: [...secrets.values()].map(describe) }),
    PutSecretValue(request) {
      const secret = find(request);
      if (!secret) return missing("secret");
      const { ClientRequestToken: token, VersionStages: stages } = request;
      const id = typeof token === "string" ? token : randomUUID();
      const value = String(request["SecretString"]);
      const known = secret.versions.find((one) => one.id === id);
      if (known && known.value !== value) {
        return failure(
          "ResourceExistsException",
          "You can't modify the value of an existing version, only create one.",
        );
      }
      const labels = Array.isArray(stages) ? stages.map(String) : ["AWSCURRENT"];
      if (!known) add(secret, { id, value, createdAt: Date.now() }, labels);
      return ok({ ARN: arnOf(secret.name), Name: secret.name, VersionId: id, VersionStages: labelsOf(secret, id) });
    },
    UpdateSecretVersionStage(request) {
      const secret = find(request);
      if (!secret) return missing("secret");
      const { VersionStage, MoveToVersionId: to, RemoveFromVersionId: from } = request;
      const stage = String(VersionStage);
      if (!secret.versions.some(({ id }) => id === to)) return missing(`secret value for VersionId: ${to}`);
      if (secret.labels.get(stage) !== from) {
        return failure(
          "InvalidParameterException",
          `The parameter RemoveFromVersionId can't be ${from}. Staging label ${stage} is not attached to it.`,
        );
      }
      label(secret, stage, String(to));
      return ok({ ARN: arnOf(secret.name), Name: secret.name });
    },
    CreateSecret(request) {
      const name = String(request["Name"]);
      const { SecretString: value, Description: description = "" } = request;
      if (secrets.has(name)) return failure("ResourceExistsException", `The secret ${name} already exists.`);
      create(name, String(description), typeof value === "string" ? value : undefined);
      return ok({ ARN: arnOf(name), Name: name, VersionId: secrets.get(name)?.labels.get("AWSCURRENT") });
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
