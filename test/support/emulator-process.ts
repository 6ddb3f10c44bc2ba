import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const PROJECT = fileURLToPath(new URL("../..", import.meta.url));

export interface EmulatorProcess {
  readonly url: string;
  /** Empty at the start; `stop` removes it. */
  readonly folder: string;
  /** Ends it and every process it started. */
  stop(): Promise<void>;
}

interface Plan {
  name: string;
  command(port: number, folder: string): { program: string; args?: string[]; environment: Record<string, string> };
  isReady(url: string): Promise<boolean>;
}

const READY_WITHIN_MS = 60_000;

/**
 * Starts an emulator program on a free port of 127.0.0.1 and in a fresh folder. Its environment
 * is the plan's and nothing else: code inside it must not see this machine's.
 * @throws with the emulator's own output if it is not ready in a minute
 */
export async function startEmulatorProcess({ name, command, isReady }: Plan): Promise<EmulatorProcess> {
  const folder = mkdtempSync(join(tmpdir(), `order-relay-${name}-`));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const log = join(folder, "output.log");
  const output = openSync(log, "w");
  const { program, args = [], environment } = command(port, folder);
  // Its own process group, so that its children end with it.
  const child = spawn(program, args, {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ["ignore", output, output],
  });
  const failed = once(child, "error").then(([error]) => error as Error);
  const endNow = () => signal(child, "SIGKILL");
  const onSignal = () => process.exit(1);
  process.on("exit", endNow);
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);

  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, "exit");
      signal(child, "SIGTERM");
      const late = setTimeout(endNow, 5_000);
      await gone;
      clearTimeout(late);
    }
    endNow();
    process.off("exit", endNow);
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };

  const deadline = Date.now() + READY_WITHIN_MS;
  while (!(await isReady(url).catch(() => false))) {
    const broken = await Promise.race([failed, new Promise((resolve) => setTimeout(resolve, 100))]);
    if (broken || child.exitCode !== null || Date.now() > deadline) {
      const said = readFileSync(log, "utf8");
      await stop();
      throw new Error(`${name} did not start: ${broken instanceof Error ? broken.message : said}`);
    }
  }
  return { url, folder, stop };
}

/** Signals the process group, if it still exists. */
function signal({ pid }: ChildProcess, name: NodeJS.Signals): void {
  try {
    if (pid !== undefined) process.kill(-pid, name);
  } catch {
    // The group has ended.
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
