import { connectors } from "../../infra/stage-file/connectors.ts";
import { defineStage } from "../../infra/stage-file/define-stage.ts";
import { loadChannelDemo, loadProviderDemo } from "../simulators/load-simulator.ts";

/** The shortest prefix of a channel's name, of two letters or more, that no earlier channel has. */
function keyOf(channel: string, index: number): string {
  const taken = new Set(connectors.channels.slice(0, index).map(({ name }, at): string => keyOf(name, at)));
  const letters = channel.replaceAll("-", "");
  const beginnings = Array.from({ length: 7 }, (_, more) => letters.slice(0, 2 + more));
  return beginnings.find((beginning) => !taken.has(beginning)) ?? `c${index}`;
}

const shops = await Promise.all(
  connectors.channels.map(async ({ name: channel }) => ({ channel, ...(await loadChannelDemo(channel)) })),
);

const endpoints = shops.flatMap(({ channel, url }) => (url === undefined ? [] : [{ channel, name: "demo", url }]));

const connections = shops.map(({ channel, shop, settings = {} }, index) => ({
  channel,
  name: "demo",
  key: keyOf(channel, index),
  maxOrderAge: "none" as const,
  reconcileEvery: "5s",
  settings,
  ...(shop !== undefined && { shop }),
}));

const destinations = await Promise.all(
  connectors.providers.map(async ({ name: provider }) => {
    const { settings = {} } = await loadProviderDemo(provider);
    // Marketplaces hide the phone number that some carriers want.
    const missing = { phone: "+1 502 555 0199" };
    return { provider, name: "demo", missing, settling: "2s", callTimeout: "1500ms", settings };
  }),
);

/**
 * The stage of `npm start`: every channel and provider; each paid order goes to all providers; any fault settles in 60
 * s.
 */
export const stage = defineStage({
  stage: "local",
  endpoints,
  connections,
  destinations,
  routes: [
    {
      from: connections.map(({ channel, name }) => `${channel}/${name}`),
      to: destinations.map(({ provider, name }) => `${provider}/${name}`),
      when: "ready",
    },
  ],
  timing: {
    leaseSkew: "1s",
    shortWait: "1s",
    retryBase: "500ms",
    retryCap: "5s",
    giveUpAfter: "30s",
    throttleBase: "200ms",
    throttleCap: "5s",
    fetchRetryCap: "5s",
    channelCall: "1s",
    goneAfter: "10s",
    holdLookAfter: "2s",
    holdLookCap: "10s",
    dueAfter: "60s",
    overdueAfter: "60s",
    dueOverlap: "5s",
    secretsMaxAge: "5s",
    secretsRecheck: "1s",
    receiveTimeout: "10s",
    routeTimeout: "5s",
    createTimeout: "5s",
    findDueTimeout: "10s",
    reconcilePass: "8s",
    reconcileTimeout: "10s",
    missedAfter: "10s",
    reconcileOverdueAfter: "60s",
    findDueEvery: "2s",
    erasureEvery: "30s",
    erasureRepeat: "3m",
  },
  // With a provider's own, longer timeout, a crashed delivery would stay invisible for six times as long.
  functions: Object.fromEntries(connectors.providers.map(({ name }) => [`create-order-${name}`, { timeout: "5s" }])),
});
