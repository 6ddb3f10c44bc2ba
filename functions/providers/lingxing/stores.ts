import * as z from "zod/mini";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import type { Api } from "./api.ts";
import { appTag } from "./session.ts";
import type { Secret, Settings } from "./settings.ts";

const Store = z.object({ sid: z.coerce.number(), name: z.string(), country: z.string(), status: z.coerce.number() });
export type Store = z.infer<typeof Store>;

const STATUS: Readonly<Record<number, string>> = {
  0: "no longer synchronised",
  2: "without a valid Amazon authorisation",
  3: "suspended for unpaid fees",
};

/** Orders name their store, look-ups want its `sid`: `GET /erp/sc/data/seller/lists` has both. */
export interface Stores {
  /** The destination's. `working`: and Lingxing can work with it. @throws Misconfigured, and what `Api.read` throws */
  ours(needed: "any" | "working"): Promise<Store>;
  /** Of the whole company, as last listed. */
  all(): Promise<Store[]>;
  /** The destination's as listed now. */
  fresh(): Promise<Store>;
}

export function openStores(account: Account<Settings, Secret>, tools: Tools, api: Api): Stores {
  const { destination, secret, settings } = account;
  const { name, country } = settings.store;
  const key = `stores-${appTag(secret.appId)}`;
  const Known = z.object({ at: z.number(), stores: z.array(Store) });

  async function list(): Promise<Store[]> {
    const listed = await api.read("GET", "/erp/sc/data/seller/lists", {}, z.nullable(z.array(Store)));
    const stores = listed ?? [];
    const known = { at: tools.now(), stores };
    await tools.cache.put(key, known, settings.storeMaxAge);
    tools.memory.set(key, known);
    return stores;
  }

  async function known(): Promise<Store[] | undefined> {
    const remembered = Known.safeParse(tools.memory.get(key));
    if (remembered.success && tools.now() < remembered.data.at + settings.storeMaxAge) return remembered.data.stores;
    const shared = await tools.cache.get(key, Known);
    if (!shared || tools.now() >= shared.at + settings.storeMaxAge) return undefined;
    tools.memory.set(key, shared);
    return shared.stores;
  }

  const isOurs = (store: Store): boolean => store.name === name && store.country === country;
  const works = (store: Store): boolean => store.status === 1;

  function found(stores: readonly Store[], needed: "any" | "working"): Store {
    const store = stores.find(isOurs);
    if (!store) {
      throw new Misconfigured(
        `Lingxing has no store "${name}" of ${country}: correct settings.store of ${destination} in the stage file.`,
      );
    }
    if (needed === "any" || works(store)) return store;
    throw new Misconfigured(
      `The store "${name}" of ${country} is ${STATUS[store.status] ?? `in status ${store.status}`} at Lingxing (${destination}).`,
    );
  }

  return {
    async ours(needed) {
      const store = (await known())?.find(isOurs);
      // What is wrong may have been corrected since: only a store that will do is taken from memory.
      if (store && (needed === "any" || works(store))) return store;
      return found(await list(), needed);
    },
    all: async () => (await known()) ?? (await list()),
    fresh: async () => found(await list(), "working"),
  };
}
