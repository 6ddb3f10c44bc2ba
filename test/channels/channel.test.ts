import { equal } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod/mini";
import { type ChannelApi, defineChannel } from "../../functions/channels/channel.ts";
import { hmac } from "../../functions/channels/schemes.ts";

/** Reads one field of each secret; the scheme below reads another. */
const api: ChannelApi<{ clientId: string }, { notes: boolean }, { refreshToken: string }> = {
  open: ({ app, settings, credentials }) => ({
    order: async () => "gone",
    check: async () => equal(`${app.clientId} ${settings.notes} ${credentials.refreshToken}`, "id true token"),
  }),
};

test("a channel's scheme and API client name only the fields that they read; its schemas name all", async () => {
  // The compiler is the test: it took the client's fields for the whole secret, and refused the scheme.
  const channel = defineChannel({
    name: "souk",
    title: "Souk",
    endpoint: "app",
    secret: z.object({ signingSecrets: z.array(z.string()), clientId: z.string(), clientSecret: z.string() }),
    settings: z.object({ notes: z._default(z.boolean(), true), hidden: z.optional(z.string()) }),
    credentials: z.object({ refreshToken: z.string(), since: z.optional(z.string()) }),
    hosts: [],
    verification: hmac({ header: "souk-signature", encoding: "hex" }),
    reader: () => Promise.reject(new Error("no test calls it")),
    api: async () => api,
  });
  const secret = channel.secret.parse({ signingSecrets: ["key"], clientId: "id", clientSecret: "secret" });
  equal(secret.clientSecret, "secret");
  equal(channel.verification?.covers, "body");
});
