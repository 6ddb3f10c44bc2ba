import * as z from "zod/mini";
import type { EventStore } from "../messages/event-store.ts";
import { NewerRelease } from "../release.ts";
import { ERASURE_COPIES, ERASURE_PK, ErasureRequest, erasureCopyKey, erasureKey } from "./erasure-request.ts";
import { ERASURE_WALK, ErasureWalk } from "./erasure-walk.ts";
import { isExpired, putRevision, readStored, refuseNewer } from "./stored-item.ts";
import type { Table } from "./table.ts";

/** The requests to erase personal data, and the walk that works them off. */
export interface ErasureStore {
  /**
   * Writes a request of `rev` n over n - 1; `rev` 1 only if there is none, and first its copy in S3, which survives a
   * restore of the table.
   */
  put(request: ErasureRequest): Promise<"written" | "conflict">;
  get(request: Pick<ErasureRequest, "receivedAt" | "eventId" | "part">): Promise<ErasureRequest | undefined>;
  /** Those that are not done, oldest first. @throws NewerRelease */
  open(): Promise<ErasureRequest[]>;
  /** Writes the requests again that a restore of the table has lost. */
  restore(): Promise<void>;
  walk(): Promise<ErasureWalk | undefined>;
  putWalk(walk: ErasureWalk): Promise<"written" | "conflict">;
}

/** @param now epoch ms */
export function createErasureStore(table: Table, store: EventStore, now: () => number): ErasureStore {
  const put = (request: ErasureRequest) => putRevision(table, { ...request, ...erasureKey(request) });
  return {
    async put(request) {
      if (request.rev === 1) await store.put(erasureCopyKey(request), JSON.stringify(request));
      return put(request);
    },

    async get(request) {
      const item = await readStored(table, erasureKey(request), "This request to erase data", now());
      return item && z.parse(ErasureRequest, item);
    },

    async open() {
      const items = (await table.partition(ERASURE_PK)).filter((item) => !isExpired(item, now()));
      const open = items.filter((item) => item["doneAt"] === undefined);
      return open.map((item) => z.parse(ErasureRequest, refuseNewer("A request to erase data", item)));
    },

    async restore() {
      for (const key of await store.keys(ERASURE_COPIES)) {
        const copy: unknown = JSON.parse(await store.get(key));
        const { data } = z.safeParse(ErasureRequest, copy);
        if (!data) throw new NewerRelease("A copy of a request to erase data");
        // A request that the table still has is left as it is.
        if (data.expiresAt * 1000 > now()) await put(data);
      }
    },

    async walk() {
      const item = await readStored(table, ERASURE_WALK, "The walk that erases data", now());
      return item && z.parse(ErasureWalk, item);
    },

    putWalk: (walk) => putRevision(table, { ...walk, ...ERASURE_WALK }),
  };
}
