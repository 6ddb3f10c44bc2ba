import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { closestMatches } from "../infra/stage-file/closest-matches.ts";
import { CommandError } from "./command-error.ts";
import { fieldSchema, type StageSecret, secretTitle, stateOf } from "./stage-secrets.ts";
import type { Terminal } from "./terminal.ts";

/** A value to be written; it matches the schema. */
export interface Filled {
  secret: StageSecret;
  value: unknown;
}

const SecretsFile = z.record(z.string(), z.record(z.string(), z.unknown()));

/**
 * Reads values from a file of the shape of local/secrets.json: `{"endpoints": {"shopify/main": {…}}, "destinations":
 * {…}}`.
 * @param secrets of the stage, all
 * @throws CommandError that lists everything that is wrong in the file, but no values
 */
export function fromFile(path: string, secrets: readonly StageSecret[]): Filled[] {
  const file = readSecretsFile(path);
  const filled: Filled[] = [];
  const wrong: string[] = [];
  for (const [kind, values] of Object.entries(file)) {
    for (const [name, value] of Object.entries(values)) {
      const secret = secrets.find((one) => one.kind === kind && one.path === name);
      if (!secret) wrong.push(noSuchSecret(`${kind}/${name}`, secrets));
      else {
        const state = stateOf(secret, value);
        if (state.state === "wrong") wrong.push(...state.problems.map((problem) => `${kind}/${name}: ${problem}`));
        filled.push({ secret, value });
      }
    }
  }
  if (wrong.length > 0) throw new CommandError(`${path} has mistakes, so nothing was written:\n${wrong.join("\n")}`);
  return filled;
}

function noSuchSecret(title: string, secrets: readonly StageSecret[]): string {
  const near = closestMatches(title, secrets.map(secretTitle));
  return `${title}: the stage has no such secret; ${near.length > 0 ? `did you mean ${near.join(" or ")}?` : "it has no secrets"}`;
}

function readSecretsFile(path: string): z.infer<typeof SecretsFile> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new CommandError(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  try {
    return SecretsFile.parse(JSON.parse(text));
  } catch {
    // No cause: its message quotes the file.
    throw new CommandError(
      `${path} must have the shape of local/secrets.json: {"endpoints": {"shopify/main": {…}}, "destinations": {"kakaclo/eu": {…}}}.`,
    );
  }
}

/**
 * Asks for one secret field by field, without echo. Enter leaves a field as it is.
 * @param former its present value, if it has one
 */
export async function fromPrompts(secret: StageSecret, former: unknown, terminal: Terminal): Promise<Filled> {
  const known = z.safeParse(z.record(z.string(), z.unknown()), former);
  const value: Record<string, unknown> = known.success ? { ...known.data } : {};
  terminal.note(`\n${secret.kind}/${secret.path} (your input is not shown; press Enter to keep a field)`);
  for (;;) {
    for (const [field, meaning] of Object.entries(secret.fields)) {
      terminal.note(`  ${field}: ${meaning}`);
      const typed = (await terminal.askSecret(`  ${field}${Object.hasOwn(value, field) ? " (filled)" : ""}: `)).trim();
      if (typed !== "") value[field] = asField(typed, fieldSchema(secret, field));
    }
    const state = stateOf(secret, value);
    if (state.state !== "wrong") return { secret, value };
    terminal.note(state.problems.map((problem) => `  ${problem}`).join("\n"));
    const again = await terminal.ask("  Try again? [Y/n] ");
    if (/^n/i.test(again.trim())) throw new CommandError(`${secret.kind}/${secret.path} was not changed.`);
  }
}

/** What was typed, converted to the field's type: text, number, a list separated by commas or spaces, or JSON. */
function asField(typed: string, schema: z.ZodMiniType | undefined): unknown {
  const readings = [typed, ...(/^\d+$/.test(typed) ? [Number(typed)] : []), typed.split(/[\s,]+/).filter(Boolean)];
  return [...readings, fromJson(typed)].find((reading) => schema?.safeParse(reading).success) ?? typed;
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: another type of the schema has to match.
    return undefined;
  }
}
