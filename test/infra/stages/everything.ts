import { connectors } from "../../../infra/stage-file/connectors.ts";
import { defineStage } from "../../../infra/stage-file/define-stage.ts";

/** Some providers ask for settings. */
const SETTINGS: Record<string, Record<string, unknown>> = {
  lingxing: { store: { name: "My Store-US", country: "US" } },
  s2: { accountId: "00000000-0000-4000-8000-000000000000" },
};

const connections = connectors.channels.map(({ name: channel }, index) => ({
  channel,
  name: "main",
  key: `C${index}`,
  since: "2026-12-01T00:00:00Z",
}));

const destinations = connectors.providers.map(({ name: provider }) => ({
  provider,
  name: "main",
  settings: SETTINGS[provider] ?? {},
}));

/**
 * Every channel and provider, and every option that adds resources. cfn-lint, cdk-nag and docs/iam check it besides the
 * shipped stages, where all of these options are off. It is never deployed.
 */
export const stage = defineStage({
  stage: "everything",
  connections,
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
