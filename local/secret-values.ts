import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import * as z from "zod/mini";
import type { SecretSpec } from "./assembly/assembly.ts";

export const SECRETS_FILE = fileURLToPath(new URL("secrets.json", import.meta.url));

const Values = z.record(z.string(), z.record(z.string(), z.unknown()));

/** A secret of the stack that local/secrets.json lacks. */
export class MissingSecret extends Error {
  override name = "MissingSecret" as const;
}

/**
 * The values of a stage's secrets by name, from a file `{"endpoints": {"shopify/demo": {…}}, "connections": …,
 * "destinations": …}`; `{sandbox}` in any value becomes the simulators' address.
 * @throws MissingSecret with a sentence that says what to write, and where
 */
export function secretValues(specs: SecretSpec[], sandboxUrl: string, file = SECRETS_FILE): Map<string, string> {
  const values = Values.parse(JSON.parse(readFileSync(file, "utf8")));
  return new Map(specs.map((spec) => [spec.name, lookUp(spec)]));

  function lookUp({ name, description, generated }: SecretSpec): string {
    if (generated) return randomBytes(32).toString("base64url");
    // shared/stage/names.ts: <prefix>/<stage>/<kind>/<path>
    const [, , kind = "", ...path] = name.split("/");
    const ofKind = new Map(Object.entries(values[kind] ?? {}));
    const value = ofKind.get(path.join("/"));
    if (value === undefined) {
      throw new MissingSecret(
        `local/secrets.json lacks "${path.join("/")}" under "${kind}"; what to write there: ${description || "{}"}`,
      );
    }
    return JSON.stringify(value).replaceAll("{sandbox}", sandboxUrl);
  }
}
