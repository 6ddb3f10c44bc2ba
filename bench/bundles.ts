import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { BUNDLE_SETTINGS } from "../infra/bundle/bundle.ts";
import type { HostedFunction } from "../local/assembly/hosted.ts";
import { ACCOUNT, REGION } from "../local/aws/aws-account.ts";
import { atMost, type Figure, forInformation, median } from "./figure.ts";

const PROJECT = dirname(fileURLToPath(new URL(".", import.meta.url)));
const RUNS = 15;

/** The AWS clients that each function opens when it starts. */
const CLIENTS: Record<string, string[]> = {
  "receive-webhook": ["SQSClient", "SecretsManagerClient"],
  "route-order": ["DynamoDBClient", "SQSClient", "SecretsManagerClient"],
  "find-due": ["DynamoDBClient", "SQSClient"],
  "create-order": ["DynamoDBClient", "SQSClient", "SecretsManagerClient"],
};
const PACKAGES: Record<string, string> = {
  SQSClient: "@aws-sdk/client-sqs",
  DynamoDBClient: "@aws-sdk/client-dynamodb",
  SecretsManagerClient: "@aws-sdk/client-secrets-manager",
};

export const functionOf = ({ name }: HostedFunction): string =>
  /(receive-webhook|route-order|find-due|create-order)/.exec(name)?.[1] ?? name;

/** Environment variables to load a bundle outside the local stack. */
export const lambdaEnvironment = (folder: string, extra: Record<string, string> = {}): Record<string, string> => ({
  PATH: process.env["PATH"] ?? "",
  STAGE: "bench",
  ACCOUNT_ID: ACCOUNT,
  AWS_REGION: REGION,
  AWS_ACCESS_KEY_ID: "LOCALbench",
  AWS_SECRET_ACCESS_KEY: "bench",
  AWS_LAMBDA_FUNCTION_NAME: "bench",
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "512",
  LAMBDA_TASK_ROOT: folder,
  POWERTOOLS_DEV: "false",
  ...extra,
});

/** Bytes that Node must read before a handler can run: the entry and its static imports. */
export function startSize(folder: string): number {
  const seen = new Set<string>();
  const visit = (file: string): number => {
    if (seen.has(file)) return 0;
    seen.add(file);
    const code = readFileSync(join(folder, file), "utf8");
    // Static imports only: `import(` loads later.
    const imports = [...code.matchAll(/(?:from|import)\s*"\.\/([^"]+\.mjs)"/g)].map(([, name = ""]) => name);
    return Buffer.byteLength(code) + imports.reduce((sum, name) => sum + visit(name), 0);
  };
  return visit("index.mjs");
}

function loadTime(folder: string): number {
  // CPU time, not wall-clock time, so that other load on the machine does not count.
  const script = `const b=process.cpuUsage();await import(${JSON.stringify(join(folder, "index.mjs"))});const{user,system}=process.cpuUsage(b);process.stdout.write(String((user+system)/1000))`;
  const output = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    env: lambdaEnvironment(folder),
    encoding: "utf8",
  });
  return Number(output.trim().split("\n").at(-1));
}

/** A bundle with only the AWS clients, built with the same settings: the floor of a cold start. */
async function floorOf(clients: readonly string[]): Promise<string> {
  const source = [
    ...clients.map((client) => `import { ${client} } from "${PACKAGES[client]}";`),
    `export const handler = [${clients.map((client) => `new ${client}()`).join(", ")}];`,
  ].join("\n");
  const folder = join(PROJECT, ".cache", "bench-floor");
  mkdirSync(folder, { recursive: true });
  const entry = join(folder, `${clients.join("-")}.ts`);
  writeFileSync(entry, source);
  const outdir = mkdtempSync(join(tmpdir(), "order-relay-floor-"));
  await build({ ...BUNDLE_SETTINGS, entryPoints: { index: entry }, outdir });
  return outdir;
}

/** Size of receive-webhook, and module load of every function beside its floor: medians of alternating runs. */
export async function measureBundles(functions: readonly HostedFunction[]): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const fn of functions) {
    const fnName = functionOf(fn);
    const floor = await floorOf(CLIENTS[fnName] ?? []);
    const [ours, floors]: [number[], number[]] = [[], []];
    for (let run = 0; run < RUNS; run++) {
      floors.push(loadTime(floor));
      ours.push(loadTime(fn.folder));
    }
    const name = basename(fn.name).replace("order-relay-bench-", "");
    if (fnName === "receive-webhook")
      figures.push(atMost(`${name}: entry and what it loads at the start`, startSize(fn.folder) / 1000, 250, "KB"));
    else
      figures.push(forInformation(`${name}: entry and what it loads at the start`, startSize(fn.folder) / 1000, "KB"));
    figures.push(
      atMost(
        `${name}: module load against its AWS clients alone (${median(floors).toFixed(0)} ms)`,
        median(ours) / median(floors),
        1.3,
        "×",
      ),
    );
  }
  return figures;
}
