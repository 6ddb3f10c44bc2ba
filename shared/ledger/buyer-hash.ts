import { createHash } from "node:crypto";
import { type Connection, pathOf } from "../stage/config.ts";

/**
 * The hash by which order records and erasure requests know a buyer. The same buyer at two connections has two hashes.
 * @param buyer the channel's ID of the buyer; without one, the e-mail address in lower case
 */
export const buyerHash = (buyer: string, connection: Pick<Connection, "channel" | "name">): string =>
  createHash("sha256")
    .update(`${pathOf(connection)}#${buyer}`)
    .digest("base64url");
