import type { Account } from "../provider.ts";
import type { Api } from "./api.ts";
import type { Memo } from "./memo.ts";
import type { Secret, Settings } from "./settings.ts";

/** What each step of a preparation needs. */
export interface Context {
  account: Account<Settings, Secret>;
  api: Api;
  memo: Memo;
  /** `channel/5/` */
  channel: string;
  /** What the preparation wants recorded with the created order. No personal data. */
  notes: string[];
}
