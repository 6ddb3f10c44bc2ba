import { equal, match } from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { consoleCommand } from "../../console/console.ts";
import { runCommand } from "../../operator/run-command.ts";
import { processTerminal } from "../../operator/terminal.ts";
import { startConsole } from "../support/running-console.ts";

/** An AWS that knows no caller any more. */
async function expiredAws(): Promise<string> {
  const server = createServer((request, response) => {
    request.resume();
    response.writeHead(403, { "content-type": "text/xml" });
    response.end(
      "<ErrorResponse><Error><Type>Sender</Type><Code>ExpiredToken</Code><Message>The security token included in the request is expired</Message></Error></ErrorResponse>",
    );
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("npm run console prints an address that opens once; expired credentials are named with what renews them", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "ASIAEXPIRED", AWS_SECRET_ACCESS_KEY: "none", AWS_SESSION_TOKEN: "old" };
  const place = { AWS_REGION: "eu-central-1", AWS_PROFILE: "", AWS_MAX_ATTEMPTS: "1" };
  const page = await startConsole(["--stage", "prod", "--stages", "test/support/stages"], {
    ...{ ...process.env, ...keys, ...place },
    AWS_ENDPOINT_URL: await expiredAws(),
  });
  after(() => page.stop());
  equal((await fetch(page.address, { redirect: "manual" })).status, 403);
  const overview = await page.get("/");
  equal(overview.status, 503);
  const text = await overview.text();
  match(text, /Your AWS credentials are missing or expired/);
  match(text, /aws sso login/);
  equal((await page.get("/console/assets/console.js")).status, 200);
});

test("a port that is none, or is in use, is said in a sentence", async () => {
  const taken = new URL(await expiredAws()).port;
  for (const [port, sentence] of [
    ["abc", /--port abc: write a number/],
    ["70000", /--port 70000: write a number/],
    ["-1", /write a number/],
    [taken, /cannot listen.*EADDRINUSE/],
  ] as const) {
    const notes: string[] = [];
    const terminal = { ...processTerminal(), note: (text: string) => void notes.push(text) };
    const exit = await runCommand(consoleCommand, ["--stage", "prod", `--port=${port}`], { terminal, variables: {} });
    equal(exit, 1, port);
    match(notes.join("\n"), sentence);
  }
});
