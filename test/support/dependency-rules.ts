import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/** Of this repository. */
export const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Paths from the root, `/` between. */
export function sources(...folders: string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll("\\", "/")),
  );
}

/** A file's imports, types included: paths from the root for our files, names for packages. */
export function readsOf(file: string, text = readFileSync(join(ROOT, file), "utf8")): string[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"/gms),
    ...text.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ].map(([, name = ""]) => name);
  return found.map((name) => (name.startsWith(".") ? join(dirname(file), name).replaceAll("\\", "/") : name));
}

/** Modules that no connector may import: its contract gives it HTTP, cache, lease, secrets and clock. */
const OUTSIDE =
  /^(@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/|@middy\/|aws-|undici|node:(https?|http2|net|tls|dns|dgram|fs|child_process|cluster|worker_threads|timers|process|os|module|vm)($|\/))/;

/** The CDK takes seconds to load, so neither a function nor an operator's command may import it. */
const CDK = /^(aws-cdk-lib|constructs|cdk-nag)($|\/)/;

/** Our folders; every other import is a package. */
export const FOLDERS = ["functions", "infra", "shared", "operator", "console", "local", "bench", "docs", "test"];
/** Only these may import one another, and no other file may import them. */
const OF_DEVELOPERS = ["local", "bench", "docs", "test"];

const CONTRACT = /^functions\/(channels\/channel|providers\/provider)\.ts$/;
const REGISTRY = /^functions\/(channels|providers)\/registry\.ts$/;
/** What several functions use to call a channel's API. */
const OPEN_CLIENT = "functions/open-client.ts";
const CONNECTOR = /^functions\/(channel|provider)s\/[^/]+\//;
const FUNCTION = /^functions\/(receive-webhook|route-order|create-order|find-due|reconcile|probe-webhooks)\//;

/** Each folder of `shared` may import itself and those after it. Files outside these folders are the vocabulary. */
const LAYERS = ["connector", "ledger", "messages", "telemetry", "stage", "vocabulary"];
const READ_BY_ROUTING = ["routing", "stage", "vocabulary"];

const isOurs = (read: string): boolean => FOLDERS.some((folder) => read.startsWith(`${folder}/`));
const isShared = (read: string): boolean => read.startsWith("shared/");

/** The rules of design.md, "Layout", by importing file. A package may be imported unless a rule forbids it. */
const RULES: Record<string, (file: string, read: string) => boolean> = {
  shared: (file, read) => !CDK.test(read) && (!isOurs(read) || (isShared(read) && sharedMayRead(file, read))),
  functions: (file, read) => !CDK.test(read) && functionMayRead(file, read),
  infra: (file, read) => {
    // The operator's commands import this folder.
    if (file.startsWith("infra/stage-file/")) {
      if (CDK.test(read) || (read.startsWith("infra/") && !read.startsWith("infra/stage-file/"))) return false;
    }
    return !isOurs(read) || isShared(read) || read.startsWith("infra/") || CONTRACT.test(read) || REGISTRY.test(read);
  },
  operator: (_file, read) => operatorMayRead(read),
  console: (_file, read) => operatorMayRead(read) || read.startsWith("console/"),
  local: (file, read) => !read.startsWith("test/") && !(isSimulator(file) && isConnectorsOwn(read)),
  bench: (_file, read) => !read.startsWith("test/"),
  docs: (_file, read) => !read.startsWith("test/"),
  test: () => true,
};

/** Whether a file may import another one, or a package. */
export function mayRead(file: string, read: string): boolean {
  const [top = ""] = file.split("/");
  const [to = ""] = read.split("/");
  if (OF_DEVELOPERS.includes(to) && !OF_DEVELOPERS.includes(top)) return false;
  return RULES[top]?.(file, read) ?? false;
}

function sharedMayRead(file: string, read: string): boolean {
  const [from, to] = [layerOf(file), layerOf(read)];
  if (from === "routing") return READ_BY_ROUTING.includes(to);
  return LAYERS.includes(from) && LAYERS.indexOf(from) <= LAYERS.indexOf(to);
}

function layerOf(file: string): string {
  const [, folder = "", name] = file.split("/");
  return name === undefined ? "vocabulary" : folder;
}

const operatorMayRead = (read: string): boolean =>
  !CDK.test(read) &&
  (!isOurs(read) || isShared(read) || REGISTRY.test(read) || /^(operator|infra\/stage-file)\//.test(read));

const isSimulator = (file: string): boolean => file.startsWith("local/simulators/");
/** Imports that a simulator must not take from the code that it tests. */
const isConnectorsOwn = (read: string): boolean => CONNECTOR.test(read) || read === "functions/channels/schemes.ts";

function functionMayRead(file: string, read: string): boolean {
  const [folder = ""] = CONNECTOR.exec(file) ?? FUNCTION.exec(file) ?? [];
  if (CONNECTOR.test(file)) return connectorMayRead(folder, file, read);
  if (!isOurs(read) || isShared(read)) return true;
  if (folder !== "") {
    return read.startsWith(folder) || CONTRACT.test(read) || REGISTRY.test(read) || read === OPEN_CLIENT;
  }
  if (file === OPEN_CLIENT) return read === "functions/channels/channel.ts";
  // The contracts of both kinds of connectors: registries and signature schemes import them.
  const [, kind, part] = /^functions\/(channels|providers)\/(registry|schemes)\.ts$/.exec(file) ?? [];
  if (kind === undefined) return false;
  if (read === `functions/${kind}/${kind.slice(0, -1)}.ts`) return true;
  return part === "registry" && new RegExp(`^functions/${kind}/[^/]+/index\\.ts$`).test(read);
}

function connectorMayRead(folder: string, file: string, read: string): boolean {
  const [, kind] = CONNECTOR.exec(folder) ?? [];
  if (kind === "provider" && file === `${folder}handler.ts`) {
    return read === `${folder}index.ts` || read === "functions/create-order/provider-handler.ts";
  }
  if (!isOurs(read)) return !OUTSIDE.test(read);
  const contract = [`functions/${kind}s/${kind}.ts`, ...(kind === "channel" ? ["functions/channels/schemes.ts"] : [])];
  return isShared(read) || read.startsWith(folder) || contract.includes(read);
}
