import { equal, match } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill();
});

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

/** Starts `npm run console`. @returns the address that it prints */
async function startConsole(words: string[], environment: Record<string, string> = {}): Promise<string> {
  const stage = ["--stage", "prod", "--stages", "test/support/stages"];
  const child = spawn(process.execPath, ["console/console.ts", ...stage, ...words], {
    cwd: ROOT,
    env: { ...process.env, AWS_REGION: "eu-central-1", AWS_PROFILE: "", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  started.push(child);
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  for await (const chunk of child.stdout ?? []) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(String(chunk)) ?? [];
    if (address !== undefined) return address;
  }
  throw new Error(`no address: ${said}`);
}

test("npm run console prints an address that opens once; expired credentials are named with what renews them", async () => {
  const keys = { AWS_ACCESS_KEY_ID: "ASIAEXPIRED", AWS_SECRET_ACCESS_KEY: "none", AWS_SESSION_TOKEN: "old" };
  const address = await startConsole([], { ...keys, AWS_ENDPOINT_URL: await expiredAws(), AWS_MAX_ATTEMPTS: "1" });
  const opened = await fetch(address, { redirect: "manual" });
  equal(opened.status, 303);
  const [cookie = ""] = (opened.headers.get("set-cookie") ?? "").split(";");
  equal((await fetch(address, { redirect: "manual" })).status, 403);
  const page = await fetch(new URL("/", address), { headers: { cookie } });
  equal(page.status, 503);
  const text = await page.text();
  match(text, /Your AWS credentials are missing or expired/);
  match(text, /aws sso login/);
  const script = await fetch(new URL("/console/assets/console.js", address), { headers: { cookie } });
  equal(script.status, 200);
});
