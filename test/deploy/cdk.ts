import { join } from "node:path";
import { PROJECT } from "../support/emulator-process.ts";
import { runScript, type ScriptRun } from "./run-script.ts";

const CDK = join(PROJECT, "node_modules/aws-cdk/bin/cdk");

/** Runs the project's own CDK CLI against an emulator. @param folder where it is run; the project's by default */
export const runCdk = (endpoint: string, args: string[], folder = PROJECT): Promise<ScriptRun> =>
  runScript(endpoint, [CDK, ...args], folder);
