import { createHmac } from "node:crypto";
import * as z from "zod/mini";
import { type Channel, defineChannel } from "../../functions/channels/channel.ts";
import type { ChannelSimulatorKind } from "../../local/simulators/channel-simulator.ts";
import { bareNumber } from "../../local/simulators/exact-json.ts";
import { bearerToken, json } from "../../local/simulators/simulator.ts";
import { accessToken } from "../../shared/connector/access-token.ts";
import { retryAfter } from "../../shared/connector/http.ts";
import { Misconfigured, Throttled, Unavailable } from "../../shared/errors.ts";
import { Order } from "../../shared/order.ts";

const HOST = "https://api.bazaar.example";

/**
 * An invented channel: one app for all shops, thin webhooks, tokens by refresh. It shows its order as `{"id": …,
 * "order": …}`.
 */
export const bazaarSimulator: ChannelSimulatorKind = {
  topics: ["order.created", "order.paid"],
  shopOf: (connection) => `shop-${connection}`,
  newOrderId: () => "820982911946154508",
  newLineId: (position) => String(position + 1),
  topicOf: () => "order.paid",
  webhooks: ({ topic, order, shop, endpoint: { url = "", signingSecrets: [key = ""] = [] } }) => {
    const body = JSON.stringify({ topic, shop, id: order.id });
    return [
      {
        headers: {
          "bazaar-signature": createHmac("sha256", key)
            .update(url + body)
            .digest("hex"),
        },
        body,
      },
    ];
  },
  api: {
    resource: (order) => ({ id: bareNumber(order.id), order }),
    kindOf: ({ path }) => {
      if (path === "/oauth/token") return "token";
      return path.startsWith("/v1/orders/") ? "fetch" : "other";
    },
    handle(request, { app, credentials, orders, memory }) {
      if (request.caller === "endpoint") return { ...json(200, null), body: "PEM" };
      if (request.path === "/oauth/token") {
        const form = new URLSearchParams(request.body.toString());
        const isKnown =
          form.get("client_id") === app["clientId"] && form.get("refresh_token") === credentials["refreshToken"];
        if (!isKnown) return json(400, { error: "invalid_grant" });
        const token = `token-${memory.size + 1}`;
        memory.set(token, "good");
        return json(200, { access_token: token });
      }
      if (!memory.has(bearerToken(request) ?? "")) return json(401, {});
      const order = orders.get(decodeURIComponent(request.path.slice("/v1/orders/".length)));
      return order === undefined ? json(404, {}) : { ...json(200, null), body: order };
    },
    faults: { "shop-closed": () => json(423, { error: "closed" }) },
  },
};

/** Its connector, as far as the fetch of an order goes. */
export const bazaar: Channel = defineChannel({
  name: "bazaar",
  title: "Bazaar",
  endpoint: "app",
  secret: z.object({ clientId: z.string() }),
  settings: z.object({}),
  credentials: z.object({ refreshToken: z.string() }),
  hosts: ["api.bazaar.example"],
  reader: () => Promise.reject(new Error("no test calls it")),
  api: async () => ({
    open({ app: { clientId }, credentials: { refreshToken } }, tools) {
      const token = accessToken(
        {
          name: "login",
          credentials: [clientId, refreshToken],
          async login() {
            const form = new URLSearchParams({ client_id: clientId, refresh_token: refreshToken });
            const { status, text } = await tools.http({
              method: "POST",
              url: `${HOST}/oauth/token`,
              headers: { "content-type": "application/x-www-form-urlencoded" },
              body: form.toString(),
            });
            if (status !== 200) throw new Misconfigured(`the token endpoint answered ${status}`);
            return { access: z.parse(z.object({ access_token: z.string() }), JSON.parse(text)).access_token };
          },
        },
        tools,
      );
      return {
        async order(id) {
          const answer = await token.call((bearer) =>
            tools.http({
              method: "GET",
              url: `${HOST}/v1/orders/${encodeURIComponent(id)}`,
              headers: { authorization: `Bearer ${bearer}` },
            }),
          );
          if (answer.status === 404) return "gone";
          if (answer.status === 429) throw new Throttled("busy", retryAfter(answer, tools.now()));
          if (answer.status !== 200) throw new Unavailable(`the API answered ${answer.status}`);
          return { order: z.parse(Order, JSON.parse(answer.text).order) };
        },
      };
    },
  }),
});
