import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

const stagesOf = (stage: string): string => (stage === "local" ? "local/stages" : "infra/stages");

/** The CDK app failed; the message is its output. */
export class StageRefused extends Error {
  override name = "StageRefused" as const;
}

/**
 * Writes the cloud assembly of a stage into `folder`, as `cdk synth -c stage=<stage>` does, but without the CLI, which
 * takes longer to start than the app takes to run.
 * @param stages the folder of the stage files, from the project's root
 * @throws StageRefused
 */
export async function synthesise(stage: string, folder: string, stages = stagesOf(stage)): Promise<void> {
  const { context } = JSON.parse(readFileSync(join(PROJECT, "cdk.json"), "utf8")) as { context?: object };
  const app = spawn(process.execPath, ["infra/app.ts"], {
    cwd: PROJECT,
    env: { ...process.env, CDK_OUTDIR: folder, CDK_CONTEXT_JSON: JSON.stringify({ ...context, stage, stages }) },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const said: Buffer[] = [];
  app.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  const code = await new Promise<number | null>((resolve, reject) => {
    app.on("error", reject);
    app.on("close", resolve);
  });
  if (code !== 0) throw new StageRefused(Buffer.concat(said).toString().trim());
}
