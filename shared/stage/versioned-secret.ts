import {
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { SecretUnreadable } from "./secrets.ts";

/** One version of a secret. Secrets Manager never changes a version's value. */
export interface SecretVersion {
  /** Its ID in Secrets Manager. */
  version: string;
  value: Record<string, unknown>;
}

/**
 * A secret that a function replaces: one with a refresh token that changes with each use. Secrets Manager is eventually
 * consistent for labels, so a reader that must have the newest value asks for it by its version (design.md H6).
 */
export interface VersionedSecret {
  /**
   * @param version default: the one with the label AWSCURRENT
   * @returns undefined if there is no such version
   * @throws SecretUnreadable
   */
  read(version?: string): Promise<SecretVersion | undefined>;
  /**
   * Writes a version, without making it the current one. Doing it again with the same value changes nothing.
   * @param version a UUID of the caller's
   */
  write({ version, value }: SecretVersion): Promise<void>;
  /**
   * Moves AWSCURRENT from one version to another.
   * @returns false if `from` does not have the label: the secret has been replaced since
   */
  makeCurrent(version: string, from: string): Promise<boolean>;
}

const Value = z.record(z.string(), z.unknown());

/** @param name of the secret in Secrets Manager */
export function createVersionedSecret(client: Pick<SecretsManagerClient, "send">, name: string): VersionedSecret {
  return {
    async read(version) {
      try {
        const wanted = version === undefined ? {} : { VersionId: version };
        const answer = await client.send(new GetSecretValueCommand({ SecretId: name, ...wanted }));
        const value = z.parse(Value, JSON.parse(answer.SecretString ?? ""));
        return { version: z.parse(z.string(), answer.VersionId), value };
      } catch (error) {
        if (isNamed(error, "ResourceNotFoundException")) return undefined;
        // Without a cause: JSON.parse quotes the text.
        throw new SecretUnreadable(`Secret ${name}: ${error instanceof Error ? error.name : "could not be read"}`);
      }
    },

    async write({ version, value }) {
      await client.send(
        new PutSecretValueCommand({
          SecretId: name,
          ClientRequestToken: version,
          SecretString: JSON.stringify(value),
          // Without a label of its own, Secrets Manager would move AWSCURRENT even if the secret has been replaced since.
          VersionStages: ["AWSPENDING"],
        }),
      );
    },

    async makeCurrent(version, from) {
      try {
        await client.send(
          new UpdateSecretVersionStageCommand({
            SecretId: name,
            VersionStage: "AWSCURRENT",
            MoveToVersionId: version,
            RemoveFromVersionId: from,
          }),
        );
        return true;
      } catch (error) {
        // "The parameter RemoveFromVersionId …": the label is elsewhere.
        if (isNamed(error, "InvalidParameterException")) return false;
        throw error;
      }
    },
  };
}

const isNamed = (error: unknown, name: string): boolean => error instanceof Error && error.name === name;
