import * as z from "zod/mini";
import { Id } from "../../../shared/connector/loose-schema.ts";
import { answerToRead } from "../../../shared/connector/read-answer.ts";
import { Misconfigured } from "../../../shared/errors.ts";
import type { Authorization } from "../channel.ts";
import { askForTokens } from "./access.ts";
import type { Secret } from "./index.ts";
import { readEnvelope } from "./read-envelope.ts";
import type { Settings } from "./settings.ts";
import { signedRequest } from "./signed-request.ts";

const CONSENT = { global: "services.tiktokshop.com", us: "services.tiktokshops.us" } as const;

/** https://partner.tiktokshop.com/docv2/page/get-authorized-shops-202309 */
const Shops = z.object({ shops: z.array(z.object({ id: Id, cipher: z.string().check(z.minLength(1)) })) });

/**
 * https://partner.tiktokshop.com/docv2/page/authorization-overview-202407. The address that the browser is sent back to
 * is the app's own in Partner Center, and no part of the request.
 */
export const authorization: Authorization<Secret, Settings> = {
  consentPage({ settings: { serviceId, market }, state }) {
    if (serviceId === undefined) {
      throw new Misconfigured("The connection needs the setting serviceId: the ID of the app's service.");
    }
    return `https://${CONSENT[market]}/open/authorize?${new URLSearchParams({ service_id: serviceId, state })}`;
  },

  async exchange({ app, connection, query, settings, shop }, tools) {
    const code = query.get("code");
    if (!code) throw new Misconfigured("The address that TikTok Shop sent the browser to has no code.");
    const grant = { auth_code: code, grant_type: "authorized_code" };
    const granted = await askForTokens("get", grant, { app, settings, tools });
    // The cipher must not be sent here: it is what is asked for.
    const call = { method: "GET", path: "/authorization/202309/shops", query: {} } as const;
    const answer = await answerToRead(tools.http(signedRequest(call, app, granted.access, tools.now())));
    const { shops } = readEnvelope(answer, Shops, settings, tools.now());
    const found = shop === undefined && shops.length === 1 ? shops[0] : shops.find(({ id }) => id === shop);
    if (!found) {
      const known = shops.map(({ id }) => id).join(", ") || "no shop";
      throw new Misconfigured(
        `The consent is for ${known}: name the one of ${connection} as its shop in the stage file (it is ${shop ?? "not named"}).`,
      );
    }
    return { credentials: { refreshToken: granted.refresh, shopCipher: found.cipher }, shop: found.id };
  },
};
