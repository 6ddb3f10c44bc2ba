import { rm } from "node:fs/promises";
import { App, type AppProps, Validations } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks } from "cdk-nag";
import { ANY_SIZE, resourcesOf } from "./bare-template.ts";
import { bundle } from "./bundle.ts";
import { checkSize } from "./check-size.ts";
import type { Stage } from "./checked-stage.ts";
import { connectors } from "./connectors.ts";
import { handlersOf } from "./handlers.ts";
import { loadStage } from "./load-stage.ts";
import { OrderRelayStack } from "./order-relay-stack.ts";
import { readStage } from "./read-stage.ts";

/**
 * Synthesises one stage, bundles and all, checked by cdk-nag.
 * @param name `local` for infra/stages/local.ts; default: the context's `stage` (`-c stage=prod`), else `local`
 * @returns the folder of the assembly
 * @throws StageMistake with a sentence for the user
 */
export async function synthesise(name?: string, props: AppProps = {}): Promise<string> {
  const app = new App({ ...props, analyticsReporting: false, context: { ...props.context, ...ANY_SIZE } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const given = (key: string): string | undefined => app.node.tryGetContext(key);
  const stages = given("stages");
  const stage = readStage(await loadStage(name ?? given("stage") ?? "local", stages), connectors, stages);
  const folders = await bundleAll(stage);
  try {
    const stack = new OrderRelayStack(app, {
      stage,
      connectors,
      codeOf: (room) => Code.fromAsset(folders.get(room) ?? ""),
    });
    const assembly = app.synth();
    checkSize(stage, connectors, resourcesOf(assembly.getStackArtifact(stack.artifactId).template));
    return assembly.directory;
  } finally {
    // CDK has copied them.
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

async function bundleAll(stage: Stage): Promise<Map<string, string>> {
  const handlers = [...handlersOf(stage, connectors)];
  return new Map(
    await Promise.all(handlers.map(async ([room, entry]) => [room, await bundle(entry, stage.written)] as const)),
  );
}
