import { deepEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { connectors } from "../../../infra/stage-file/connectors.ts";
import { loadProviderDemo, loadProviderSimulator } from "../../../local/simulators/load-simulator.ts";

test("every registered provider has a simulator in the folder of its name", async () => {
  ok(connectors.providers.length >= 5);
  for (const { name } of connectors.providers) ok((await loadProviderSimulator(name)).start, name);
});

test("a missing simulator is an error that names the file to write", async () => {
  await rejects(loadProviderSimulator("parcelworks"), {
    name: "MissingSimulator",
    message: /provider "parcelworks" .*local\/simulators\/providers\/parcelworks\/index\.ts/,
  });
});

test("a provider called channels is refused: its routes would be the channels'", async () => {
  await rejects(loadProviderSimulator("channels"), { name: "MissingSimulator", message: /"channels"/ });
});

test("a provider without demo.ts needs no settings", async () => {
  deepEqual(await loadProviderDemo("kakaclo"), {});
  ok((await loadProviderDemo("lingxing")).settings);
});
