import { defined } from "../shared/defined.ts";
import { type Config, pathOf } from "../shared/stage/config.ts";
import { EndpointSecret } from "./simulators/channel-simulator.ts";

/**
 * What a channel signs the webhooks of an endpoint with: the endpoint's secret, and the address that the stage file says
 * is registered, which no deployed secret holds.
 * @param path `bazaar/app`
 */
export function simulatedEndpoint(secret: unknown, { endpoints }: Pick<Config, "endpoints">, path: string) {
  const url = endpoints.find((endpoint) => pathOf(endpoint) === path)?.url;
  return { ...EndpointSecret.parse(secret), ...defined({ url }) };
}
