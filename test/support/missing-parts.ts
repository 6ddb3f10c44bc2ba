import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type * as z from "zod/mini";
import secrets from "../../local/secrets.json" with { type: "json" };

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

/** A channel or provider by its name in the registry. */
interface Connector {
  kind: "channel" | "provider";
  name: string;
  /** The schema of its shops' API credentials, if the channel has them. */
  credentials?: z.ZodMiniType | undefined;
}

const has = (path: string): boolean => existsSync(join(PROJECT, path));

const callsContract = (connector: Connector): boolean => calls(`${connector.kind}Contract`, connector);

/** The name under which a connector's `index.ts` exports it: `tiktokShop` for `tiktok-shop`. */
export const exportedName = (name: string): string =>
  name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** Whether a test file of the folder calls the suite with the connector. */
function calls(suite: string, { kind, name }: Connector): boolean {
  const call = new RegExp(`^\\s*${suite}\\(\\s*${exportedName(name)}\\b`, "m");
  const folder = join(PROJECT, `test/${kind}s`);
  const files = readdirSync(folder).filter((file) => file.endsWith(".test.ts"));
  return files.some((file) => call.test(readFileSync(join(folder, file), "utf8")));
}

function hasDemoSecret({ kind, name }: Connector): boolean {
  const demo = kind === "channel" ? secrets.endpoints : secrets.destinations;
  return Object.hasOwn(demo, `${name}/demo`);
}

function hasDemoCredentials({ name, credentials }: Connector): boolean {
  const connections: Record<string, unknown> = secrets.connections;
  return credentials === undefined || credentials.safeParse(connections[`${name}/demo`]).success;
}

/** The missing parts of a registered connector (docs/add-a-connector.md): a sentence for each says what to write. */
export function missingParts(connector: Connector): string[] {
  const { kind, name } = connector;
  const [example, section] = kind === "channel" ? ["standard", "endpoints"] : ["kakaclo", "destinations"];
  const parts: [isThere: boolean, sentence: string][] = [
    [
      kind === "channel" || has(`functions/providers/${name}/handler.ts`),
      `Write functions/providers/${name}/handler.ts: its Lambda, as functions/providers/${example}/handler.ts.`,
    ],
    [
      callsContract(connector),
      `Write test/${kind}s/${name}.test.ts and call ${kind}Contract there, as test/${kind}s/${example}.test.ts does.`,
    ],
    [
      kind === "channel" || calls("lookUpMutations", connector),
      `Call lookUpMutations in a test of test/providers/, as test/providers/${example}-orders.test.ts does.`,
    ],
    [
      has(`local/simulators/${kind}s/${name}/index.ts`),
      `Write local/simulators/${kind}s/${name}/index.ts: its simulator, as local/simulators/${kind}s/${example}/index.ts.`,
    ],
    [has(`docs/${kind}s/${name}.md`), `Write docs/${kind}s/${name}.md: its page, as docs/${kind}s/${example}.md.`],
    [
      hasDemoSecret(connector),
      `Add "${name}/demo" under ${section} in local/secrets.json: its invented secret, as "${example}/demo" has one.`,
    ],
    [
      hasDemoCredentials(connector),
      `Add "${name}/demo" under connections in local/secrets.json: invented values that its schema credentials accepts.`,
    ],
  ];
  return parts.flatMap(([isThere, sentence]) => (isThere ? [] : sentence));
}
