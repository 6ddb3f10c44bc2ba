import type { Stage } from "./checked-stage.ts";
import type { Connectors, ProviderFacts } from "./connectors.ts";
import { createOrderFunction, type FunctionName } from "./function-settings.ts";

/** Providers with a destination in the stage: a Lambda without a queue would be an idle role with rights. */
export const usedProviders = ({ config }: Stage, { providers }: Connectors): readonly ProviderFacts[] =>
  providers.filter(({ name }) => config.destinations.some(({ provider }) => provider === name));

/** Every Lambda of a stage and the handler that it runs. */
export function handlersOf(stage: Stage, connectors: Connectors): Map<FunctionName, string> {
  return new Map<FunctionName, string>([
    ["receive-webhook", "functions/receive-webhook/handler.ts"],
    ["route-order", "functions/route-order/handler.ts"],
    ["find-due", "functions/find-due/handler.ts"],
    ...usedProviders(stage, connectors).map(
      ({ name }) => [createOrderFunction(name), `functions/providers/${name}/handler.ts`] as const,
    ),
  ]);
}
