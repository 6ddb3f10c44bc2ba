import { spawn } from "node:child_process";
import { dirname } from "node:path";
import { REGION } from "../../local/aws/aws-account.ts";
import { PROJECT } from "../support/emulator-process.ts";

/** A program's exit code and its output. */
export interface ScriptRun {
  code: number | null;
  output: string;
}

/** Nothing of this machine's AWS configuration: a mistake here must not reach a real account. */
export function environmentOf(endpoint: string): NodeJS.ProcessEnv {
  const { HOME, TMPDIR } = process.env;
  return {
    ...(HOME && { HOME }),
    ...(TMPDIR && { TMPDIR }),
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    AWS_ENDPOINT_URL: endpoint,
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    CDK_DISABLE_VERSION_CHECK: "1",
    CI: "true",
  };
}

/**
 * Runs a script against an emulator, with invented credentials and without a terminal.
 * @param words the script and its arguments
 * @param folder the working directory; default: the project's
 */
export function runScript(endpoint: string, words: string[], folder = PROJECT): Promise<ScriptRun> {
  const script = spawn(process.execPath, words, {
    cwd: folder,
    env: environmentOf(endpoint),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Buffer[] = [];
  script.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  script.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    script.on("error", reject);
    script.on("close", (code) => resolve({ code, output: Buffer.concat(said).toString() }));
  });
}
