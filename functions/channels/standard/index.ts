import * as z from "zod/mini";
import { defineChannel } from "../channel.ts";
import { isStandardKey, standardWebhooks } from "../schemes.ts";

const Key = z
  .string()
  .check(
    z.refine(
      isStandardKey,
      "write whsec_ and the base64 of 24 bytes or more, or whpk_ and the base64 of an ed25519 key's 32 bytes",
    ),
  );

const signingSecrets = z.array(Key).check(z.minLength(1)).register(z.globalRegistry, {
  description:
    "list: whsec_… (shared with the sender) and whpk_… (the sender's ed25519 public key), several while one is rotated",
});

/** Any sender that signs by the Standard Webhooks specification and sends our own order JSON. */
export const standard = defineChannel({
  name: "standard",
  title: "Standard Webhooks",
  endpoint: "connection",
  secret: z.object({ signingSecrets }),
  settings: z.object({}),
  hosts: [],
  verification: standardWebhooks(),
  reader: () => import("./reader.ts").then(({ reader }) => reader),
});
