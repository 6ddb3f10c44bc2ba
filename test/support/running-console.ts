import { spawn } from "node:child_process";
import { PROJECT } from "./emulator-process.ts";

/** `npm run console` in a process of its own, with a browser's session. */
export interface RunningConsole {
  /** `http://127.0.0.1:4000/?token=…`: opened already. */
  address: string;
  get(path: string): Promise<Response>;
  stop(): void;
}

/** @param words the arguments of the command @param environment all of it */
export async function startConsole(words: string[], environment: NodeJS.ProcessEnv): Promise<RunningConsole> {
  const child = spawn(process.execPath, ["console/console.ts", ...words], {
    cwd: PROJECT,
    env: environment,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => {
    complaints += chunk.toString();
  });
  for await (const chunk of child.stdout) {
    const [address] = /http:\/\/127\.0\.0\.1:\d+\/\?token=[\w-]+/.exec(String(chunk)) ?? [];
    if (address === undefined) continue;
    const opened = await fetch(address, { redirect: "manual" });
    const [cookie = ""] = (opened.headers.get("set-cookie") ?? "").split(";");
    return {
      address,
      get: (path) => fetch(new URL(path, address), { headers: { cookie }, redirect: "manual" }),
      stop: () => void child.kill(),
    };
  }
  throw new Error(`npm run console printed no address: ${complaints}`);
}
