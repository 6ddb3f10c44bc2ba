import { defineChannel } from "../channel.ts";
import { Credentials, Secret, Settings } from "./settings.ts";
import { verification } from "./verification.ts";

/**
 * eBay's Notification API over HTTPS, and its Fulfillment API.
 * https://developer.ebay.com/develop/api/sell/notification_api,
 * https://developer.ebay.com/develop/api/sell/fulfillment_api
 *
 * One address takes the notifications of all sellers of an application; the signed body names the seller.
 */
export const ebay = defineChannel({
  name: "ebay",
  title: "eBay",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  authorization: () => import("./authorization.ts").then(({ authorization }) => authorization),
  hosts: ["api.ebay.com", "apiz.ebay.com", "api.sandbox.ebay.com", "apiz.sandbox.ebay.com"],
  verification,
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
