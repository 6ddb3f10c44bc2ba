import { deepEqual, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import { connectors } from "../../../infra/stage-file/connectors.ts";
import {
  loadChannelDemo,
  loadChannelSimulator,
  loadProviderDemo,
  loadProviderSimulator,
} from "../../../local/simulators/load-simulator.ts";

test("every registered provider has a simulator in the folder of its name", async () => {
  ok(connectors.providers.length >= 5);
  for (const { name } of connectors.providers) ok((await loadProviderSimulator(name)).start, name);
});

test("every registered channel has a simulator in the folder of its name", async () => {
  ok(connectors.channels.length >= 2);
  for (const { name } of connectors.channels) ok((await loadChannelSimulator(name)).webhooks, name);
  await rejects(loadChannelSimulator("no-such"), {
    name: "MissingSimulator",
    message: /channel "no-such" .*local\/simulators\/channels\/no-such\/index\.ts/,
  });
});

test("a missing simulator is an error that names the file to write", async () => {
  await rejects(loadProviderSimulator("no-such"), {
    name: "MissingSimulator",
    message: /provider "no-such" .*local\/simulators\/providers\/no-such\/index\.ts/,
  });
});

test("a provider called channels is refused: the channels use that path", async () => {
  await rejects(loadProviderSimulator("channels"), { name: "MissingSimulator", message: /"channels"/ });
});

test("a provider or channel without demo.ts needs no settings", async () => {
  deepEqual(await loadChannelDemo("standard"), {});
  deepEqual(await loadProviderDemo("kakaclo"), {});
  ok((await loadProviderDemo("lingxing")).settings);
});
