/** Runs one invocation in its own process with a Lambda's environment. Prints the peak memory in bytes. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [file = ""] = process.argv.slice(2);
const folder = process.env["LAMBDA_TASK_ROOT"] ?? "";
const { handler } = (await import(pathToFileURL(join(folder, "index.mjs")).href)) as {
  handler: (event: unknown, context: unknown) => Promise<unknown>;
};
console.log = () => {};
console.info = () => {};
const context = { awsRequestId: "bench", functionName: "bench", getRemainingTimeInMillis: () => 60_000 };
const answer = (await handler(JSON.parse(readFileSync(file, "utf8")), context)) as {
  statusCode?: number;
  batchItemFailures?: unknown[];
};
if (answer.statusCode !== undefined && answer.statusCode !== 200) throw new Error(`answered ${answer.statusCode}`);
if (answer.batchItemFailures && answer.batchItemFailures.length > 0) throw new Error("the record failed");
// After the metrics, which the handler writes to the same output.
process.stdout.write(`\n${process.resourceUsage().maxRSS * 1024}`);
