import { rm } from "node:fs/promises";
import { App, type AppProps, Validations } from "aws-cdk-lib";
import { Code } from "aws-cdk-lib/aws-lambda";
import { AwsSolutionsChecks } from "cdk-nag";
import { bundle } from "./bundle/bundle.ts";
import { checkSize } from "./check-size.ts";
import { OrderRelayStack } from "./order-relay-stack.ts";
import type { Stage } from "./stage-file/checked-stage.ts";
import { connectors } from "./stage-file/connectors.ts";
import { handlersOf } from "./stage-file/handlers.ts";
import { loadStage } from "./stage-file/load-stage.ts";
import { readStage } from "./stage-file/read-stage.ts";
import { ANY_SIZE, resourcesOf } from "./template.ts";

/**
 * Synthesises one stage with its bundles; cdk-nag checks it.
 * @param name `prod` for infra/stages/prod.ts; default: the context's `stage` (`-c stage=prod`)
 * @returns the folder of the assembly
 * @throws StageConfigError with a sentence for each mistake in the stage file
 */
export async function synthesise(name?: string, props: AppProps = {}): Promise<string> {
  const app = new App({ ...props, analyticsReporting: false, context: { ...props.context, ...ANY_SIZE } });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  const context = (key: string): string | undefined => app.node.tryGetContext(key);
  const stages = context("stages");
  const stage = readStage(await loadStage(name ?? context("stage"), stages), connectors, stages);
  const folders = await bundleAll(stage);
  try {
    const stack = new OrderRelayStack(app, {
      stage,
      connectors,
      codeOf: (name) => Code.fromAsset(folders.get(name) ?? ""),
    });
    const assembly = app.synth();
    checkSize(stage, connectors, resourcesOf(assembly.getStackArtifact(stack.artifactId).template));
    return assembly.directory;
  } finally {
    // CDK has copied the bundles.
    await Promise.all([...folders.values()].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

async function bundleAll(stage: Stage): Promise<Map<string, string>> {
  const handlers = [...handlersOf(stage, connectors)];
  return new Map(
    await Promise.all(handlers.map(async ([name, entry]) => [name, await bundle(entry, stage.written)] as const)),
  );
}
