import { spawn } from "node:child_process";
import { dirname, join } from "node:path";
import { REGION } from "../../local/aws-account.ts";
import { PROJECT } from "../emulator-process.ts";

const CDK = join(PROJECT, "node_modules/aws-cdk/bin/cdk");

/** How a run of the CLI ended, and all it said. */
export interface CdkRun {
  code: number | null;
  output: string;
}

/**
 * Runs the project's own CDK CLI against an emulator, as a person would in a shell.
 * @param folder where it is run; the project's by default
 */
export function runCdk(endpoint: string, args: string[], folder = PROJECT): Promise<CdkRun> {
  const { HOME, TMPDIR } = process.env;
  const cdk = spawn(process.execPath, [CDK, ...args], {
    cwd: folder,
    // Nothing of this machine's AWS configuration: a mistake here must not reach anybody's account.
    env: {
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
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const said: Buffer[] = [];
  cdk.stdout.on("data", (chunk: Buffer) => said.push(chunk));
  cdk.stderr.on("data", (chunk: Buffer) => said.push(chunk));
  return new Promise((resolve, reject) => {
    cdk.on("error", reject);
    cdk.on("close", (code) => resolve({ code, output: Buffer.concat(said).toString() }));
  });
}
