import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import {
  Agent,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

export type TableEmulatorKind = "dynalite" | "dynamodb-local";

export interface TableEmulator {
  readonly kind: TableEmulatorKind;
  handle(request: IncomingMessage, response: ServerResponse): void;
  stop(): Promise<void>;
}

const require = createRequire(import.meta.url);

export async function startTableEmulator(kind: TableEmulatorKind): Promise<TableEmulator> {
  return kind === "dynalite" ? startDynalite() : before(await startDynamoDbLocal("one"));
}

/** Light and in this process, but without transactions and TTL; it ignores ReturnValuesOnConditionCheckFailure. */
function startDynalite(): TableEmulator {
  const dynalite = require("dynalite") as (options: { createTableMs: number }) => Server;
  const server = dynalite({ createTableMs: 0 });
  return {
    kind: "dynalite",
    handle: (request, response) => void server.emit("request", request, response),
    stop: async () => {},
  };
}

/** Whether DynamoDB Local can run here: it needs Java. */
export const javaIsThere = (): boolean =>
  (process.env["PATH"] ?? "").split(":").some((folder) => existsSync(join(folder, "java")));

/** Java takes 2 s on a quiet machine, and many times as long on a busy one. */
const START_MS = 60_000;

/** DynamoDB Local in its own Java process. */
export interface DynamoDbLocal {
  readonly port: number;
  stop(): Promise<void>;
}

/**
 * It has the real semantics: conditions with ALL_OLD, transactions, TTL. It ends with this process.
 * @param databases one for all callers, or one for each access key
 * @throws if Java is missing, or DynamoDB Local does not answer in time
 */
export async function startDynamoDbLocal(databases: "one" | "by-access-key"): Promise<DynamoDbLocal> {
  if (!javaIsThere()) throw new Error("DynamoDB Local needs Java 17 on the PATH; dynalite does not.");
  const folder = join(dirname(require.resolve("amplify-dynamodb-simulator/package.json")), "emulator");
  const port = await freePort();
  // The shell's standard input ends with this process, however that ends; then the shell ends Java.
  const script = '"$@" </dev/null >/dev/null 2>&1 & java=$!; cat >/dev/null; kill -9 $java';
  // Java runs for minutes only: its second compiler would take more time than it saves.
  const tuning = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const command = ["java", ...tuning, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar"];
  const options = ["-inMemory", "-port", String(port), ...(databases === "one" ? ["-sharedDb"] : [])];
  const guard = spawn("sh", ["-c", script, "dynamodb-local", ...command, ...options], {
    cwd: folder,
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  try {
    await answers(port, Date.now() + START_MS);
  } catch (error) {
    guard.stdin?.end();
    throw error;
  }
  guard.unref();
  return {
    port,
    async stop() {
      const gone = once(guard, "exit");
      guard.stdin?.end();
      await gone;
    },
  };
}

/** Passes each request on to DynamoDB Local. */
function before({ port, stop }: DynamoDbLocal): TableEmulator {
  const agent = new Agent({ keepAlive: true });
  return {
    kind: "dynamodb-local",
    handle(request, response) {
      const { method, url, headers } = request;
      const forwarded = httpRequest({ host: "127.0.0.1", port, agent, method, path: url, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      forwarded.on("error", () => response.destroy());
      request.pipe(forwarded);
    },
    async stop() {
      agent.destroy();
      await stop();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("No free port on 127.0.0.1.");
  return address.port;
}

/** Its port opens shortly before it can answer; until then it answers every request with 500. */
async function answers(port: number, deadline: number): Promise<void> {
  const headers = {
    authorization:
      "AWS4-HMAC-SHA256 Credential=test/20260101/local/dynamodb/aws4_request, SignedHeaders=host, Signature=0",
    "content-type": "application/x-amz-json-1.0",
    "x-amz-target": "DynamoDB_20120810.ListTables",
  };
  while (Date.now() < deadline) {
    const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body: "{}" }).catch(
      () => undefined,
    );
    await answer?.arrayBuffer();
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`DynamoDB Local did not answer on port ${port} within ${START_MS / 1000} s.`);
}
