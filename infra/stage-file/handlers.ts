import type { Stage } from "./checked-stage.ts";
import type { Connectors, ProviderFacts } from "./connectors.ts";
import { createOrderFunction, type FunctionName } from "./function-settings.ts";
import { reconciledConnections } from "./stage-endpoints.ts";

/**
 * Providers with a destination in the stage. The others get no function: it would be an unused role with permissions.
 */
export const usedProviders = ({ config }: Stage, { providers }: Connectors): readonly ProviderFacts[] =>
  providers.filter(({ name }) => config.destinations.some(({ provider }) => provider === name));

/** Every function of a stage, and the file of its handler. */
export function handlersOf(stage: Stage, connectors: Connectors): Map<FunctionName, string> {
  return new Map<FunctionName, string>([
    ["receive-webhook", "functions/receive-webhook/handler.ts"],
    ["route-order", "functions/route-order/handler.ts"],
    ["find-due", "functions/find-due/handler.ts"],
    ...(reconciledConnections(stage, connectors).length > 0
      ? ([["reconcile", "functions/reconcile/handler.ts"]] as const)
      : []),
    ...(stage.config.probe ? ([["probe-webhooks", "functions/probe-webhooks/handler.ts"]] as const) : []),
    ...usedProviders(stage, connectors).map(
      ({ name }) => [createOrderFunction(name), `functions/providers/${name}/handler.ts`] as const,
    ),
  ]);
}
