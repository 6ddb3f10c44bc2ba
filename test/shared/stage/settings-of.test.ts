import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { connectionFacts } from "../../../functions/channels/channel.ts";
import { MalformedEvent } from "../../../shared/errors.ts";
import { Connection } from "../../../shared/stage/config.ts";
import { settingsOf } from "../../../shared/stage/settings-of.ts";

const connectionWith = (settings: Record<string, unknown>) =>
  z.parse(Connection, { channel: "market", name: "north", key: "mn", settings });

test("a connection's settings are parsed once, by its reader and by its API alike", () => {
  let parses = 0;
  const settings = z.object({ site: z.string() }).check(() => {
    parses += 1;
  });
  const connection = connectionWith({ site: "de" });
  deepEqual(settingsOf(connection, { settings }), { site: "de" });
  for (const _ of [1, 2]) deepEqual(connectionFacts({ settings }, connection).settings, { site: "de" });
  equal(parses, 1);
});

test("wrong settings are an event that cannot be read, by the setting's name", () => {
  const channel = { settings: z.object({ site: z.string() }) };
  throws(
    () => connectionFacts(channel, connectionWith({ site: 7 })),
    (error) => error instanceof MalformedEvent && error.field === "settings.site",
  );
});
