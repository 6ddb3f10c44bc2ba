import * as z from "zod/mini";
import type { Connectors } from "../../infra/stage-file/connectors.ts";
import type { StageFile } from "../../infra/stage-file/define-stage.ts";
import { bazaar, stageFile } from "./synthesised.ts";
import { fixedConnectors } from "./written-template.ts";

const field = (description: string) => z.string().register(z.globalRegistry, { description });
const api = () => Promise.reject(new Error("no test calls it"));

/**
 * The bazaar and three more channels: `mall` has one signed address for all shops of an app, `fair` lets an operator
 * choose its endpoint's address and signs it, `harbour` sends to a queue of each connection.
 */
export const appChannels: Connectors = fixedConnectors("app channels", {
  ...bazaar,
  channels: [
    ...bazaar.channels,
    {
      ...{ name: "mall", title: "Mall", endpoint: "app", settings: z.object({}), api },
      secret: z.object({ appSecret: field("of the app") }),
      credentials: z.object({ refreshToken: field("of the shop") }),
      verification: { covers: "body" },
    },
    {
      ...{ name: "fair", title: "Fair", endpoint: "connection", settings: z.object({}) },
      secret: z.object({ key: field("of the subscription") }),
      verification: { covers: "url+body" },
    },
    {
      ...{ name: "harbour", title: "Harbour", endpoint: "queue", settings: z.object({}), api },
      sender: ({ connection }) => (connection === "harbour/north" ? "eventbridge" : { account: "210987654321" }),
      secret: z.object({ clientSecret: field("of the app") }),
      credentials: z.object({ refreshToken: field("of the seller") }),
    },
  ],
});

const since = "2026-01-01T00:00:00Z";

/** Two shops of one app, and two sellers whose channel sends to queues. */
export const appStage = (changes: Partial<StageFile> = {}): StageFile =>
  stageFile({
    endpoints: [{ channel: "mall", name: "app" }],
    connections: [
      { channel: "mall", name: "north", key: "MN", endpoint: "app", shop: "n-1", since, silentAfter: "12h" },
      { channel: "mall", name: "south", key: "MS", endpoint: "app", shop: "s-1", since, silentAfter: "4h" },
      { channel: "harbour", name: "east", key: "HE", shop: "e-1", since, silentAfter: "6h" },
      { channel: "harbour", name: "west", key: "HW", endpoint: "east", shop: "w-1", since },
    ],
    routes: [],
    ...changes,
  });
