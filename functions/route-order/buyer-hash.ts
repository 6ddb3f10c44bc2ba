import { createHash } from "node:crypto";
import { type Connection, pathOf } from "../../shared/stage/config.ts";

/**
 * What order records and erasure requests carry of a buyer. The same buyer of two connections has two hashes.
 * @param buyer the channel's ID of the buyer; the e-mail address in lower case where it gives none
 */
export const buyerHash = (buyer: string, connection: Pick<Connection, "channel" | "name">): string =>
  createHash("sha256")
    .update(`${pathOf(connection)}#${buyer}`)
    .digest("base64url");
