import { existsSync, mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { ACCOUNT, REGION } from "../../local/aws/aws-account.ts";
import { type EmulatorProcess, PROJECT, startEmulatorProcess } from "../support/emulator-process.ts";

const MINISTACK = join(PROJECT, ".cache/python/bin/ministack");

/**
 * MiniStack: an AWS that `cdk deploy` deploys to and whose Lambdas run, in memory only. Nothing of it outlives `stop`.
 */
export async function startMiniStack(): Promise<EmulatorProcess> {
  if (!existsSync(MINISTACK)) throw new Error("MiniStack is not installed: run .ci/install-python-tools");
  return startEmulatorProcess({
    name: "ministack",
    command(port, folder) {
      for (const name of ["home", "tmp"]) mkdirSync(join(folder, name));
      const environment = {
        HOME: join(folder, "home"),
        TMPDIR: join(folder, "tmp"),
        // Its Lambdas run with the `node` they find here: Node 24, the one that runs this.
        PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
        BIND_HOST: "127.0.0.1",
        GATEWAY_PORT: String(port),
        MINISTACK_REGION: REGION,
        MINISTACK_ACCOUNT_ID: ACCOUNT,
      };
      return { program: MINISTACK, environment };
    },
    isReady: async (url) => (await fetch(`${url}/_ministack/health`)).ok,
  });
}
