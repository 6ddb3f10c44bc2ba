import * as z from "zod/mini";
import { ITEM_VERSION } from "../release.ts";

/** `v` of an item. A reader refuses a newer item before it is parsed (docs/decisions/versions.md). */
export const Version = z.literal(ITEM_VERSION);
