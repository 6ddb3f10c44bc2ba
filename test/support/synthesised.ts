import { App, type AppProps } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { Code } from "aws-cdk-lib/aws-lambda";
import * as z from "zod/mini";
import { OrderRelayStack } from "../../infra/order-relay-stack.ts";
import { type Connectors, connectors } from "../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { fixedConnectors, writtenTemplate } from "./written-template.ts";

// CDK's own schema check takes 3 s of each synth; `npm run synth` runs it.
process.env["CDK_VALIDATION"] = "false";

const plain = {
  secret: z.object({ token: z.string().check(z.describe("of the account")) }),
  reference: { maxLength: 40, characters: /./ },
};

/** Two channels and two providers that exist only here, so that a test shows all that it depends on. */
export const bazaar: Connectors = fixedConnectors("bazaar", {
  channels: [
    {
      ...{ name: "bazaar", title: "Bazaar", endpoint: "connection", settings: z.object({}) },
      secret: z.object({
        signingSecrets: z.array(z.string()).register(z.globalRegistry, { description: "keys, the first signs" }),
      }),
    },
    {
      ...{ name: "souk", title: "Souk", endpoint: "connection", settings: z.object({}), answerWithin: 500 },
      secret: z.object({ key: z.string().register(z.globalRegistry, { description: "of the address" }) }),
      verification: { methods: ["GET", "POST"], covers: "nothing" },
      api: async () => ({ open: () => ({ order: async () => "gone" }) }),
    },
  ],
  providers: [
    {
      ...plain,
      name: "parcelworks",
      title: "Parcelworks",
      settings: z.object({}),
      timing: { settling: 1, call: 1000 },
    },
    {
      ...plain,
      name: "slowpost",
      title: "Slow Post",
      settings: z.object({ depot: z.string() }),
      timing: { settling: 1, call: 60_000, function: 200_000 },
      oneInFlight: true,
    },
  ],
});
fixedConnectors("registry", connectors);

const since = "2026-01-01T00:00:00Z";

/** A stage of the bazaar with one of everything. */
export const stageFile = (changes: Partial<StageFile> = {}): StageFile => ({
  stage: "test",
  connections: [
    { channel: "bazaar", name: "main", key: "BA", since, silentAfter: "3h" },
    { channel: "souk", name: "main", key: "SO", since },
  ],
  destinations: [
    { provider: "parcelworks", name: "eu" },
    { provider: "slowpost", name: "north", settings: { depot: "Oslo" } },
  ],
  routes: [{ from: ["bazaar/main", "souk/main"], to: ["parcelworks/eu", "slowpost/north"] }],
  alarms: { page: ["oncall@example.com"], ticket: ["https://tickets.example.com/sns"] },
  ...changes,
});

export function synthesised(file: StageFile, { known = bazaar, ...props }: { known?: Connectors } & AppProps = {}) {
  const app = new App({ analyticsReporting: false, ...props });
  const stage = readStage(file, known);
  const stack = new OrderRelayStack(app, { stage, connectors: known, codeOf: () => Code.fromInline("// a stub") });
  return { app, stage, stack };
}

export interface Resource {
  id: string;
  Properties: Record<string, unknown>;
  DeletionPolicy?: string;
  UpdateReplacePolicy?: string;
}

type TemplateJson = ReturnType<Template["toJSON"]>;

/** Templates by stage file (as JSON) and connectors: a synth takes a second. */
const templates = new Map<Connectors, Map<string, ReturnType<typeof readable>>>();

/** A stage's resources as CloudFormation gets them: as the global setup wrote them, else from the first synth here. */
export function templateOf(file: StageFile, known: Connectors = bazaar) {
  const ofConnectors = templates.get(known) ?? new Map<string, ReturnType<typeof readable>>();
  templates.set(known, ofConnectors);
  const key = JSON.stringify(file);
  const template = ofConnectors.get(key) ?? readable(writtenTemplate(file, known) ?? synthesisedTemplate(file, known));
  ofConnectors.set(key, template);
  return template;
}

export const synthesisedTemplate = (file: StageFile, known: Connectors): TemplateJson =>
  Template.fromStack(synthesised(file, { known }).stack).toJSON();

function readable(json: TemplateJson) {
  const resources = Object.entries<Partial<Resource> & { Type?: string }>(json["Resources"] ?? {});
  const all = (type: string): Resource[] =>
    resources.flatMap(([id, resource]) => (resource.Type === type ? [{ id, Properties: {}, ...resource }] : []));
  return { all, json, text: JSON.stringify(json) };
}

export { connectors };
