import type { Provider } from "./provider.ts";

export type { Provider };

/** Every provider by its folder's name, a line each. Its own Lambda imports it directly (handler.ts in its folder). */
export const providers = {
  akinon: async () => (await import("./akinon/index.ts")).akinon,
  kakaclo: async () => (await import("./kakaclo/index.ts")).kakaclo,
  lingxing: async () => (await import("./lingxing/index.ts")).lingxing,
  s2: async () => (await import("./s2/index.ts")).s2,
  shoplazza: async () => (await import("./shoplazza/index.ts")).shoplazza,
} satisfies Record<string, () => Promise<Provider>>;

/** All of them, for what is not a function: infra, operator, tests. */
export const loadProviders = (): Promise<Provider[]> => Promise.all(Object.values(providers).map((load) => load()));
