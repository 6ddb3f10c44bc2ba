import { doesNotMatch, match } from "node:assert/strict";
import { test } from "node:test";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { stageFile } from "../support/synthesised.ts";

/** What the synth says of a Shopify connection with these settings. */
function said(settings: Record<string, unknown>): string {
  const connection = { channel: "shopify", name: "main", key: "S", since: "2026-01-01T00:00:00Z", settings };
  try {
    readStage(stageFile({ connections: [connection], destinations: [], routes: [] }), connectors);
  } catch (error) {
    return String(error);
  }
  return "nothing";
}

test("settings of a connection that its channel does not know fail the synth with a sentence", () => {
  match(
    said({ cashOnDelivery: [""] }),
    /connections shopify\/main: settings\.cashOnDelivery\.0: .*docs\/channels\/shopify\.md/,
  );
  match(
    said({ cashOnDelivry: [] }),
    /settings\.cashOnDelivry does not exist; write one of cashOnDelivery, [^:]*: docs\/channels\/shopify\.md/,
  );
  doesNotMatch(said({ cashOnDelivery: ["Versement"] }), /settings/);
});
