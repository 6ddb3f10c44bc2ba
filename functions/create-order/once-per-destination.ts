import { destinationPath } from "../../shared/stage/config.ts";
import type { Client } from "../providers/provider.ts";
import type { Deps } from "./delivery-context.ts";

/** Opens each destination once: the records of a batch share its client and its deadline. */
export function oncePerDestination(open: Deps["open"]): Deps["open"] {
  const clients = new Map<string, Promise<Client>>();
  return (destination, deadline) => {
    const path = destinationPath(destination);
    const client = clients.get(path) ?? open(destination, deadline);
    clients.set(path, client);
    return client;
  };
}
