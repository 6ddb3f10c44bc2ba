import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { loadChannels } from "../functions/channels/registry.ts";
import { loadProviders } from "../functions/providers/registry.ts";
import { connectionsAsUsed, stageEndpoints } from "../infra/stage-file/stage-endpoints.ts";
import { fieldDescriptions } from "../shared/connector/field-descriptions.ts";
import { type Config, destinationPath } from "../shared/stage/config.ts";
import { secretName } from "../shared/stage/names.ts";
import type { SecretKind } from "../shared/stage/secrets.ts";

/** A secret that the stage's functions read. */
export interface StageSecret {
  kind: SecretKind;
  /** `shopify/main`, `kakaclo/eu` */
  path: string;
  /** In Secrets Manager. */
  name: string;
  schema: z.ZodMiniType;
  /** Descriptions of its fields, by name. */
  fields: Record<string, string>;
  /** Route-order replaces its refresh token. */
  rotates: boolean;
}

/** `destinations/kakaclo/eu`, as the operator writes it. */
export const secretTitle = ({ kind, path }: Pick<StageSecret, "kind" | "path">): string => `${kind}/${path}`;

/** `problems`: the fields that are missing or wrong, and why; never their values. */
export type SecretState =
  /** `unread`: fields that the schema does not have; they may be misspelt. */
  | { state: "filled"; value: unknown; unread: string[] }
  | { state: "wrong"; problems: string[]; value?: unknown }
  | { state: "missing" }
  | { state: "not deployed" };

/** Every registered channel. */
export const knownChannels = await loadChannels();
/** Every registered provider. */
export const knownProviders = await loadProviders();

/** Every secret of a stage, as the stack makes them: of endpoints, of connections with credentials, of destinations. */
export function secretsOf(stage: string, config: Config): StageSecret[] {
  const channels = { channels: knownChannels };
  return [
    ...stageEndpoints({ config }, channels).map(({ path, channel }) => secret("endpoints", path, channel.secret)),
    ...connectionsAsUsed({ config }, channels).flatMap(
      ({ path, channel: { credentials, rotatesCredentials = false } }) =>
        credentials ? [secret("connections", path, credentials, rotatesCredentials)] : [],
    ),
    ...config.destinations.flatMap((destination) => {
      const provider = knownProviders.find(({ name }) => name === destination.provider);
      return provider ? [secret("destinations", destinationPath(destination), provider.secret)] : [];
    }),
  ];

  function secret(kind: SecretKind, path: string, schema: z.ZodMiniType, rotates = false): StageSecret {
    return { kind, path, name: secretName(stage, kind, path), schema, fields: fieldDescriptions(schema), rotates };
  }
}

/** @throws what the SDK throws, except for a secret that does not exist or has no value */
export async function readState(client: Pick<SecretsManagerClient, "send">, secret: StageSecret): Promise<SecretState> {
  let text: string | undefined;
  try {
    text = (await client.send(new GetSecretValueCommand({ SecretId: secret.name }))).SecretString;
  } catch (error) {
    if (!(error instanceof Error) || error.name !== "ResourceNotFoundException") throw error;
    // "…can't find the specified secret." or "…the specified secret value for staging label: AWSCURRENT"
    return { state: error.message.includes("secret value") ? "missing" : "not deployed" };
  }
  if (text === undefined || text === "") return { state: "missing" };
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // Its message quotes what it could not parse.
    return { state: "wrong", problems: ["is not valid JSON"] };
  }
  return stateOf(secret, json);
}

/** Checks a value against the schema of its channel or provider. */
export function stateOf({ schema, fields }: StageSecret, value: unknown): SecretState {
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, code, message }) => {
      const where = path.map(String).join(".") || "the whole";
      return `${where}: ${RULES.has(code) ? message : "is missing or wrong"}`;
    });
    return { state: "wrong", problems: [...new Set(problems)], value };
  }
  const names = typeof value === "object" && value !== null ? Object.keys(value) : [];
  return { state: "filled", value, unread: names.filter((name) => !Object.hasOwn(fields, name)) };
}

/** The schema of one field, where the whole is an object. */
export const fieldSchema = ({ schema }: StageSecret, field: string): z.ZodMiniType | undefined =>
  schema instanceof z.ZodMiniObject ? (schema.shape as Record<string, z.ZodMiniType>)[field] : undefined;

/** Issues whose text names the rule and not the value. */
const RULES: ReadonlySet<string | undefined> = new Set([
  ...["invalid_type", "invalid_format", "too_small", "too_big", "custom"],
]);
