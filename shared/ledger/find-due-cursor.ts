import * as z from "zod/mini";
import { Version } from "./version.ts";

/** How far find-due has read the hours of the work list. It never moves back. */
export const FindDueCursor = z.object({
  v: Version,
  /** Epoch ms. */
  at: z.number(),
});
export type FindDueCursor = z.infer<typeof FindDueCursor>;

export const FIND_DUE_CURSOR = { pk: "find-due", sk: "cursor" };
