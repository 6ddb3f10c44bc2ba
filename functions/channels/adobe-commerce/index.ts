import { defineChannel } from "../channel.ts";
import { Credentials, Secret, Settings } from "./settings.ts";
import { verification } from "./verification.ts";

/**
 * Events of Adobe Commerce through Adobe I/O Events, and the shop's REST API.
 * https://developer.adobe.com/commerce/extensibility/events/, https://developer.adobe.com/events/docs/guides/
 *
 * One address takes the events of all shops of a project in Adobe's Developer Console; `source` in the signed body names
 * the event provider, which is one shop.
 */
export const adobeCommerce = defineChannel({
  name: "adobe-commerce",
  title: "Adobe Commerce",
  endpoint: "app",
  secret: Secret,
  settings: Settings,
  credentials: Credentials,
  hosts: ["static.adobeioevents.com", "ims-na1.adobelogin.com"],
  hostsOf: ({ settings: { url } }) => [new URL(url).hostname],
  // https://developer.adobe.com/events/docs/guides/: it repeats an event that is not answered within 10 s.
  answerWithin: 10_000,
  verification,
  // The API gives seconds.
  timePrecision: 1_000,
  reader: () => import("./reader.ts").then(({ reader }) => reader),
  api: () => import("./api.ts").then(({ api }) => api),
});
