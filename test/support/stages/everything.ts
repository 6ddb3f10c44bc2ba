import { connectors } from "../../../infra/stage-file/connectors.ts";
import { defineStage } from "../../../infra/stage-file/define-stage.ts";
import { loadChannelDemo, loadProviderDemo } from "../../../local/simulators/load-simulator.ts";

/** What a connector asks of its stage, it says in `demo.ts` of its simulator. */
const shops = await Promise.all(
  connectors.channels.map(async (channel) => ({ ...channel, demo: await loadChannelDemo(channel.name) })),
);

const endpoints = shops
  .filter(({ demo: { url } }) => url !== undefined)
  .map(({ name: channel }) => ({ channel, name: "main", url: `https://hooks.example.com/webhooks/${channel}/main` }));

const connections = shops.map(({ name: channel, demo: { settings = {}, shop } }, index) => ({
  ...{ channel, name: "main", key: `C${index}`, since: "2026-12-01T00:00:00Z", settings },
  ...(shop !== undefined && { shop }),
}));

const destinations = await Promise.all(
  connectors.providers.map(async ({ name: provider }) => {
    const { settings = {} } = await loadProviderDemo(provider);
    return { provider, name: "main", settings };
  }),
);

/**
 * Every channel and provider, and every option that adds resources. cfn-lint, cdk-nag and docs/iam check it besides the
 * shipped stages, where all of these options are off. It is never deployed.
 */
export const stage = defineStage({
  stage: "everything",
  endpoints,
  connections: [
    ...connections,
    { channel: "standard", name: "probe", key: "PROBE", since: "2026-12-01T00:00:00Z", silentAfter: "1h" },
  ],
  probe: { connection: "standard/probe" },
  destinations,
  routes: [
    {
      from: connections.map(({ channel, name }) => `${channel}/${name}`),
      to: destinations.map(({ provider, name }) => `${provider}/${name}`),
    },
  ],
  alarms: {
    page: ["oncall@example.com", "https://pager.example.com/sns"],
    ticket: ["orders@example.com", "https://tickets.example.com/sns"],
  },
  domain: {
    name: "hooks.example.com",
    certificate: "arn:aws:acm:eu-central-1:111122223333:certificate/00000000-0000-4000-8000-000000000000",
    zone: { id: "Z0000000000000", name: "example.com" },
  },
  fixedEgress: ["lingxing"],
  provisionedConcurrency: 1,
});
