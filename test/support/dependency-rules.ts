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

/** What a file reads, types included: paths from the root for its neighbours, names for packages. */
export function readsOf(file: string, text = readFileSync(join(ROOT, file), "utf8")): string[] {
  const found = [
    ...text.matchAll(/^(?:import|export)\s(?:[^"';]*?\sfrom\s)?"([^"]+)"/gms),
    ...text.matchAll(/\bimport\(\s*"([^"]+)"/g),
  ].map(([, name = ""]) => name);
  return found.map((name) => (name.startsWith(".") ? join(dirname(file), name).replaceAll("\\", "/") : name));
}

/** What no connector may reach for by itself: its contract hands it HTTP, cache, lease, secrets and clock. */
const OUTSIDE =
  /^(@aws-sdk\/|@smithy\/|@aws-lambda-powertools\/|@middy\/|aws-|undici|node:(https?|http2|net|tls|dns|dgram|fs|child_process|cluster|worker_threads|timers|process|os|module|vm)($|\/))/;

const CONNECTOR = /^functions\/(channel|provider)s\/([^/]+)\//;
const ROOM = /^functions\/(receive-webhook|route-order|create-order|find-due)\//;

/** Whether design.md, "Rules of dependency", lets a file read something. */
export function mayRead(file: string, read: string): boolean {
  const [top = ""] = file.split("/");
  const [to = ""] = read.split("/");
  const own = ["functions", "infra", "shared", "operator", "local", "bench", "docs", "test"].includes(to);

  // Nobody but these reads what only runs on a developer's machine.
  if (to === "test") return top === "test";
  if (to === "local" || to === "bench" || to === "docs") return ["local", "bench", "docs", "test"].includes(top);
  // The operator's commands are programs; a test may look at them.
  if (to === "operator") return top === "operator" || top === "test";

  if (top === "shared") return !own || to === "shared";
  if (top === "functions") return to === "infra" || /^aws-cdk/.test(to) ? false : functionMayRead(file, read, own);
  if (top === "infra") {
    return (
      !own ||
      to !== "functions" ||
      /^functions\/(channels\/(channel|registry)|providers\/(provider|registry))\.ts$/.test(read)
    );
  }
  return true;
}

function functionMayRead(file: string, read: string, own: boolean): boolean {
  const [folder, kind, name] = CONNECTOR.exec(file) ?? [];
  if (folder && kind && name) {
    if (kind === "provider" && file === `${folder}handler.ts`) {
      return read === `${folder}index.ts` || read === "functions/create-order/provider-handler.ts";
    }
    if (!own) return !OUTSIDE.test(read);
    const contract = [
      `functions/${kind}s/${kind}.ts`,
      ...(kind === "channel" ? ["functions/channels/schemes.ts"] : []),
    ];
    return read.startsWith("shared/") || read.startsWith(folder) || contract.includes(read);
  }
  if (!own || read.startsWith("shared/")) return true;
  const [room] = ROOM.exec(file) ?? [];
  if (room) {
    return (
      read.startsWith(room) ||
      /^functions\/(channels\/(channel|registry)|providers\/(provider|registry))\.ts$/.test(read)
    );
  }
  // A registry is a line a connector; a contract reads shared alone, schemes the contract.
  const [, ofKind, part] = /^functions\/(channels|providers)\/(registry|schemes)\.ts$/.exec(file) ?? [];
  if (!ofKind) return false;
  if (read === `functions/${ofKind}/${ofKind.slice(0, -1)}.ts`) return true;
  return part === "registry" && new RegExp(`^functions/${ofKind}/[^/]+/index\\.ts$`).test(read);
}
