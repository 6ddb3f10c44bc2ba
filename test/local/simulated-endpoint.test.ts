import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { simulatedEndpoint } from "../../local/simulated-endpoint.ts";

const url = "https://hooks.example.com/webhooks/mall/app";
const config = {
  endpoints: [
    { channel: "mall", name: "app", url },
    { channel: "mall", name: "other" },
  ],
};

test("a signed address comes from the stage file: the secret of a deployed stage has none", () => {
  const secret = { signingSecrets: ["key"] };
  deepEqual(simulatedEndpoint(secret, config, "mall/app"), { ...secret, url });
  for (const path of ["mall/other", "fair/app"]) deepEqual(simulatedEndpoint(secret, config, path), secret, path);
});
