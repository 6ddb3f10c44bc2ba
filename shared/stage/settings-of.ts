import type * as z from "zod/mini";
import { MalformedEvent } from "../errors.ts";
import type { Connection } from "./config.ts";

/** Of a connection, parsed once. */
const parsed = new WeakMap<Connection, unknown>();

/**
 * A connection's settings as its channel's schema has them.
 * @throws MalformedEvent that names the field: the event is kept. The check of the stage file refuses such settings
 */
export function settingsOf(connection: Connection, { settings: schema }: { settings: z.ZodMiniType }): unknown {
  if (!parsed.has(connection)) {
    const settings = schema.safeParse(connection.settings);
    const path = settings.error?.issues[0]?.path.join(".");
    if (!settings.success)
      throw new MalformedEvent({ field: `settings.${path}`, problem: "is wrong in the stage file" });
    parsed.set(connection, settings.data);
  }
  return parsed.get(connection);
}
