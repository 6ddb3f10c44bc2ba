import * as z from "zod/mini";
import { Count, looseRow, rowsOf, Shown } from "../../../shared/connector/list-schema.ts";
import { lenient } from "../../../shared/connector/loose-schema.ts";
import type { Tools } from "../../../shared/connector/tools.ts";
import { Misconfigured, Unavailable } from "../../../shared/errors.ts";
import type { Account } from "../provider.ts";
import type { Api } from "./api.ts";
import { appTag } from "./session.ts";
import type { Secret, Settings } from "./settings.ts";

const Store = z.object({
  sid: Count.check(z.positive()),
  name: z.string(),
  country: z.string(),
  /** Absent where it cannot be read. */
  status: lenient(Count),
});
export type Store = z.infer<typeof Store>;

const Row = looseRow(z.object({ sid: Shown, name: Shown, country: Shown, status: Shown }));

const STATUS: Readonly<Record<number, string>> = {
  0: "no longer synchronised",
  2: "without a valid Amazon authorisation",
  3: "suspended for unpaid fees",
};

interface Listed {
  stores: Store[];
  whole: boolean;
}

/** Orders name their store, look-ups want its `sid`: `GET /erp/sc/data/seller/lists` has both. */
export interface Stores {
  /** The destination's. `working`: and Lingxing can work with it. @throws Misconfigured, and what `Api.read` throws */
  ours(needed: "any" | "working"): Promise<Store>;
  /** Of the company, as last listed; `whole` unless one of them cannot be read. */
  all(): Promise<Listed>;
  /** The destination's as listed now. */
  fresh(): Promise<Store>;
}

export function openStores(account: Account<Settings, Secret>, tools: Tools, api: Api): Stores {
  const { destination, secret, settings } = account;
  const { name, country } = settings.store;
  const key = `stores-${appTag(secret.appId)}`;
  const Known = z.object({ at: z.number(), stores: z.array(Store), whole: z.boolean() });

  const isOurs = (store: Pick<Store, "name" | "country">): boolean => store.name === name && store.country === country;
  const works = (store: Store): boolean => store.status === 1;

  async function list(): Promise<Listed> {
    const rows = await api.read("GET", "/erp/sc/data/seller/lists", {}, rowsOf(Row));
    const read = rows.map((row) => z.safeParse(Store, row));
    if (rows.some((row, index) => isOurs(row) && !read[index]?.success)) {
      throw new Unavailable(`Lingxing lists the store "${name}" of ${country} with an ID that cannot be read.`);
    }
    const stores = read.flatMap(({ data }) => data ?? []);
    const known = { at: tools.now(), stores, whole: stores.length === rows.length };
    await tools.cache.put(key, known, settings.storeMaxAge);
    tools.memory.set(key, known);
    return known;
  }

  async function known(): Promise<Listed | undefined> {
    const remembered = Known.safeParse(tools.memory.get(key));
    if (remembered.success && tools.now() < remembered.data.at + settings.storeMaxAge) return remembered.data;
    const shared = await tools.cache.get(key, Known);
    if (!shared || tools.now() >= shared.at + settings.storeMaxAge) return undefined;
    tools.memory.set(key, shared);
    return shared;
  }

  function found({ stores }: Listed, needed: "any" | "working"): Store {
    const store = stores.find(isOurs);
    if (!store) {
      throw new Misconfigured(
        `Lingxing has no store "${name}" of ${country}: correct settings.store of ${destination} in the stage file.`,
      );
    }
    if (needed === "any" || works(store)) return store;
    const { status } = store;
    const state = status === undefined ? "in a status that cannot be read" : (STATUS[status] ?? `in status ${status}`);
    throw new Misconfigured(`The store "${name}" of ${country} is ${state} at Lingxing (${destination}).`);
  }

  return {
    async ours(needed) {
      const store = (await known())?.stores.find(isOurs);
      // What is wrong may have been corrected since: only a store that will do is taken from memory.
      if (store && (needed === "any" || works(store))) return store;
      return found(await list(), needed);
    },
    all: async () => (await known()) ?? (await list()),
    fresh: async () => found(await list(), "working"),
  };
}
