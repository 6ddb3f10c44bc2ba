import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Prepares this process to load a handler: its config.json, and Lambda's environment variables.
 * @param config of a stage named `test`
 * @param endpoint for all AWS calls
 * @returns the folder, for the caller to remove
 */
export async function setLambdaEnvironment(config: object, endpoint: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "order-relay-handler-"));
  const whole = { stage: "test", connections: [], destinations: [], routes: [], ...config };
  await writeFile(join(folder, "config.json"), JSON.stringify(whole));
  Object.assign(process.env, {
    STAGE: "test",
    ACCOUNT_ID: "000000000000",
    AWS_REGION: "eu-central-1",
    AWS_ENDPOINT_URL: endpoint,
    AWS_ACCESS_KEY_ID: "test",
    AWS_SECRET_ACCESS_KEY: "test",
    LAMBDA_TASK_ROOT: folder,
  });
  return folder;
}
