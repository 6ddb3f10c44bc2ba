import { GetSecretValueCommand, type SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import type * as z from "zod/mini";
import { secretName } from "./names.ts";

export type SecretKind = Parameters<typeof secretName>[1];

/**
 * A secret that could not be read, or does not match its schema. The message says which and why, without its values.
 */
export class SecretUnreadable extends Error {
  override readonly name = "SecretUnreadable";
  /** It does not exist, or was never filled in. */
  readonly isEmpty: boolean;

  constructor(message: string, { isEmpty = false } = {}) {
    super(message);
    this.isEmpty = isEmpty;
  }
}

export interface Secrets {
  /**
   * Reads a secret, at most once per environment while it is younger than `maxAge`.
   * @param path `shopify/main`, `kakaclo/demo`
   * @throws SecretUnreadable
   */
  read<T>(kind: SecretKind, path: string, schema: z.ZodMiniType<T>): Promise<T>;
  /**
   * Reads it again now, because a signature did not match and the key may have been rotated.
   * @returns undefined if it was read less than `recheck` ago, so that a flood of forgeries causes no flood of reads
   * @throws SecretUnreadable
   */
  reread<T>(kind: SecretKind, path: string, schema: z.ZodMiniType<T>): Promise<T | undefined>;
}

interface Options {
  /** ms */
  maxAge: number;
  /** ms */
  recheck: number;
  /** Epoch ms. */
  now?: () => number;
}

export function createSecrets(
  client: Pick<SecretsManagerClient, "send">,
  stage: string,
  { maxAge, recheck, now = Date.now }: Options,
): Secrets {
  const reads = new Map<string, { at: number; json: Promise<unknown> }>();

  function fetch(name: string): Promise<unknown> {
    const json = client
      .send(new GetSecretValueCommand({ SecretId: name }))
      .then(({ SecretString = "" }): unknown => JSON.parse(SecretString))
      .catch((error: unknown) => {
        // Without a cause: JSON.parse quotes the text.
        const what = error instanceof Error ? error.name : "could not be read";
        throw new SecretUnreadable(`Secret ${name}: ${what}`, { isEmpty: what === "ResourceNotFoundException" });
      });
    reads.set(name, { at: now(), json });
    return json;
  }

  async function parse<T>(name: string, json: Promise<unknown>, schema: z.ZodMiniType<T>): Promise<T> {
    const parsed = schema.safeParse(await json);
    if (parsed.success) return parsed.data;
    const fields = parsed.error.issues.map((issue) => issue.path.join(".") || "the whole");
    throw new SecretUnreadable(`Secret ${name}: missing or wrong: ${fields.join(", ")}`);
  }

  return {
    async read(kind, path, schema) {
      const name = secretName(stage, kind, path);
      const known = reads.get(name);
      if (known && now() - known.at < maxAge) {
        try {
          return await parse(name, known.json, schema);
        } catch {
          // A failure is not cached: the next event reads the secret again.
        }
      }
      return parse(name, fetch(name), schema);
    },

    async reread(kind, path, schema) {
      const name = secretName(stage, kind, path);
      const known = reads.get(name);
      if (!known || now() - known.at >= recheck) return parse(name, fetch(name), schema);
      // Throws if that read failed: it is not known yet whether the signature is wrong.
      await parse(name, known.json, schema);
      return undefined;
    },
  };
}
