import type * as z from "zod/mini";
import { http } from "../../shared/connector/http.ts";
import type { ApiTools, Cache, CatalogEntry, Tools } from "../../shared/connector/tools.ts";
import { memorySecret } from "./memory-secret.ts";

/** A connector's tools over real HTTP, with cache, lease, catalog and secret in memory, for tests of a connector alone. */
export function memoryTools(
  options: Partial<Tools & ApiTools> & { entries?: Record<string, CatalogEntry>; timeout?: number } = {},
): Tools & ApiTools {
  const { entries = {}, timeout = 2000, ...overrides } = options;
  const cached = new Map<string, unknown>();
  const leases = new Map<string, Promise<unknown>>();
  const cache: Cache = {
    async get<T>(name: string, schema: z.ZodMiniType<T>) {
      const value = cached.get(name);
      return value === undefined ? undefined : schema.parse(value);
    },
    async put(name, value) {
      cached.set(name, structuredClone(value));
    },
    async delete(name) {
      cached.delete(name);
    },
  };
  return {
    http: (request) => http({ timeout, ...request }),
    now: Date.now,
    wait: async () => {},
    deadline: Date.now() + 60_000,
    cache,
    sealedCache: () => cache,
    memory: new Map(),
    async lease(name, _hold, work) {
      const before = leases.get(name) ?? Promise.resolve();
      const turn = before.then(() => work(() => {}));
      leases.set(
        name,
        turn.catch(() => undefined),
      );
      return turn;
    },
    secret: memorySecret(),
    catalog: async (sku) => entries[sku],
    count: () => {},
    ...overrides,
  };
}
