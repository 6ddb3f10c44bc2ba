/**
 * Imports every module of every connector in a process that allows only imports, and prints in JSON what each tried
 * besides. dependency-rules.test.ts runs it as its own process.
 */
import { createRequire, syncBuiltinESMExports } from "node:module";
import { join } from "node:path";
// Node itself reads FORCE_COLOR when this is first imported; no connector does.
import "node:util";
import { ROOT, sources } from "./dependency-rules.ts";

const require = createRequire(import.meta.url);
const tried: string[] = [];
let importing = "";
const deny = (what: string) => () => {
  tried.push(`${importing}: ${what}`);
  throw new Error(`${what} when imported`);
};

const write = process.stdout.write.bind(process.stdout);
const modules = sources("functions/channels", "functions/providers").filter((file) => !file.endsWith("/handler.ts"));
const globals = new Set(Object.getOwnPropertyNames(globalThis));

for (const [name, methods] of [
  ["node:http", ["request", "get", "createServer"]],
  ["node:https", ["request", "get"]],
  ["node:net", ["connect", "createConnection", "createServer"]],
  ["node:dns", ["lookup", "resolve"]],
  ["node:child_process", ["spawn", "exec", "execFile", "fork"]],
  ["node:fs", ["writeFileSync", "writeFile", "appendFileSync", "mkdirSync", "createWriteStream"]],
] as const) {
  for (const method of methods) require(name)[method] = deny(`${name}.${method}`);
}
syncBuiltinESMExports();
for (const name of ["fetch", "setTimeout", "setInterval", "setImmediate"] as const) {
  Object.defineProperty(globalThis, name, { value: deny(name) });
}
/** Node's own module loader uses it. */
const NODES_OWN = "WATCH_REPORT_DEPENDENCIES";
const get = (_: object, name: string | symbol) => {
  if (name !== NODES_OWN) tried.push(`${importing}: process.env.${String(name)}`);
};
Object.defineProperty(process, "env", { value: new Proxy({}, { get }) });
process.stdout.write = deny("stdout");
process.stderr.write = deny("stderr");

for (const file of modules) {
  importing = file;
  try {
    await import(join(ROOT, file));
  } catch (error) {
    tried.push(`${file}: ${String(error)}`);
  }
}
for (const name of Object.getOwnPropertyNames(globalThis)) {
  if (!globals.has(name) && !name.startsWith("__zod_")) tried.push(`global ${name}`);
}
const left = process.getActiveResourcesInfo().filter((name) => !/Pipe|TTY|FSReq|CloseReq/.test(name));
write(JSON.stringify({ modules: modules.length, tried, left }));
