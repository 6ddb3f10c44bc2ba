import { deepEqual, equal, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { startTinyStack, until } from "../../support/tiny-stack.ts";

test("the environment is frozen after the answer, and resumes with the next invocation", async (t) => {
  const stack = await startTinyStack(t, {
    web: `let timer;
    export const handler = async () => {
      note("invoked");
      timer ??= setInterval(() => note("tick"), 10);
      return { statusCode: 200 };
    };`,
  });
  await post(stack.url);
  const [environment] = await stack.host.environments();
  equal(environment?.state, "frozen");
  await until(() => processState(environment?.pid) === "T", "it is stopped");
  const noted = stack.notes().length;
  for (let i = 0; i < 20; i++) await fetch(`${stack.url}/health`);
  equal(stack.notes().length, noted);
  await post(stack.url);
  equal(stack.notes().filter((note) => note === "invoked").length, 2);
  equal((await stack.host.environments()).length, 1);
});

test("a warm environment is reused, and an idle one is ended", async (t) => {
  const stack = await startTinyStack(t, {
    options: { idleMs: 300 },
    web: `let count = 0;
    export const handler = async () => ({ statusCode: 200, body: process.pid + " " + ++count });`,
  });
  const [pid, first] = (await post(stack.url)).split(" ");
  equal(first, "1");
  equal(await post(stack.url), `${pid} 2`);
  await until(async () => (await stack.host.environments()).length === 0, "it was ended");
  await until(() => processState(Number(pid)) === undefined, "its process is gone");
});

test("a slow function gets more environments, each with one invocation at a time", async (t) => {
  const stack = await startTinyStack(t, {
    timeoutSeconds: 20,
    web: `let busy = 0;
    export const handler = async () => {
      busy += 1;
      const seen = busy;
      await wait(3000);
      busy -= 1;
      return { statusCode: 200, body: process.pid + " " + seen };
    };`,
  });
  const answers = await Promise.all([1, 2, 3].map(() => post(stack.url)));
  ok(new Set(answers.map((answer) => answer.split(" ")[0])).size > 1);
  ok(answers.every((answer) => answer.endsWith(" 1")));
});

test("a function has the template's environment variables and Lambda's, and none of this machine's", async (t) => {
  process.env["SECRET_OF_THE_MACHINE"] = "x";
  t.after(() => delete process.env["SECRET_OF_THE_MACHINE"]);
  const stack = await startTinyStack(t, {
    web: `export const handler = async () => ({ statusCode: 200, body: JSON.stringify(process.env) });`,
  });
  const variables = JSON.parse(await post(stack.url)) as Record<string, string>;
  equal(variables["SECRET_OF_THE_MACHINE"], undefined);
  equal(variables["AWS_LAMBDA_FUNCTION_NAME"], "web");
  equal(variables["AWS_REGION"], "eu-central-1");
  equal(variables["AWS_ENDPOINT_URL"], stack.aws.url);
  equal(variables["CHANNEL_SIMULATORS_URL"], stack.channels.url);
  deepEqual(
    Object.keys(variables).filter(
      (name) => !/^(AWS_|_|CHANNEL_SIMULATORS_URL$|LAMBDA_TASK_ROOT$|TZ$|LANG$|PATH$|NOTEBOOK$|QUEUE$)/.test(name),
    ),
    [],
  );
});

test("a handler that throws, crashes or cannot be loaded fails its invocation, and the next invocation works again", async (t) => {
  const stack = await startTinyStack(t, {
    web: `let calls = 0;
    export const handler = async ({ headers }) => {
      calls += 1;
      if (headers["x-do"] === "throw") throw new TypeError("thrown");
      if (headers["x-do"] === "exit") process.exit(3);
      if (headers["x-do"] === "reject") { Promise.reject(new Error("no listener")); await wait(1000); }
      return { statusCode: 200, body: String(calls) };
    };`,
    reader: "nonsense",
  });
  const hook = async (doing: string) => fetch(`${stack.url}/hook`, { method: "POST", headers: { "x-do": doing } });
  equal((await hook("throw")).status, 500);
  equal(await (await hook("")).text(), "2", "a thrown error does not end the environment");
  equal((await hook("exit")).status, 500);
  equal(await (await hook("")).text(), "1");
  equal((await hook("reject")).status, 500);
  equal(await (await hook("")).text(), "1");
  const broken = await stack.host.invoke("reader", "{}");
  equal(broken.ok, false);
  ok(readFileSync(join(stack.logFolder, "web.log"), "utf8").includes("thrown"));
  ok(readFileSync(join(stack.logFolder, "reader.log"), "utf8").includes("nonsense"));
});

test("a host that is killed with its environments restarts, and messages in flight return after their visibility timeout", async (t) => {
  const stack = await startTinyStack(t, {
    batchSize: 1,
    visibilitySeconds: 2,
    maximumConcurrency: 2,
    reader: `export const handler = async ({ Records: [record] }) => {
      note("start " + record.body + " " + process.pid);
      await wait(150);
      note("done " + record.body);
    };`,
  });
  const bodies = Array.from({ length: 20 }, (_, index) => String(index));
  for (const body of bodies) stack.send(body);
  await post(stack.url);
  await until(() => stack.notes().filter((note) => note.startsWith("done")).length >= 3, "some are done");
  const before = { pid: stack.host.pid(), environments: await stack.host.environments() };
  const states = before.environments.map(({ state }) => state);
  ok(states.includes("busy") && states.includes("frozen"), states.join());
  process.kill(before.pid, "SIGKILL");
  await until(() => stack.host.starts() === 2, "it was started again");
  ok(stack.host.pid() !== before.pid);
  for (const { pid } of before.environments) await until(() => processState(pid) === undefined, `${pid} is gone`);
  const health = (await (await fetch(`${stack.url}/health`)).json()) as { functionHostPid: number };
  equal(health.functionHostPid, stack.host.pid());

  const done = () => new Set(stack.notes().filter((note) => note.startsWith("done")));
  await until(() => done().size === bodies.length, "all are done");
});

test("invocations of a dying host fail, and the next host answers those that come in between", async (t) => {
  const stack = await startTinyStack(t, {
    timeoutSeconds: 60,
    web: `export const handler = async ({ headers }) => {
      note("taken");
      if (headers["x-do"] === "hang") await wait(60_000);
      return { statusCode: 200 };
    };`,
  });
  const hanging = fetch(`${stack.url}/hook`, { method: "POST", headers: { "x-do": "hang" } });
  await until(() => stack.notes().length === 1, "it was taken");
  process.kill(stack.host.pid(), "SIGKILL");
  equal((await hanging).status, 500);
  equal((await fetch(`${stack.url}/hook`, { method: "POST" })).status, 200);
  equal(stack.host.starts(), 2);
});

for (const hostIs of ["alive", "stopped"]) {
  test(`a stack that is killed leaves no process behind, frozen environments included, its host ${hostIs}`, (t) =>
    leavesNothing(t, hostIs === "stopped"));
}

async function leavesNothing(t: TestContext, stopHost: boolean): Promise<void> {
  const script = `
    import { startTinyStack } from "./test/support/tiny-stack.ts";
    const stack = await startTinyStack({ after() {} }, {});
    await fetch(stack.url + "/hook", { method: "POST" });
    const pids = (await stack.host.environments()).map(({ pid }) => pid);
    console.log(JSON.stringify([stack.host.pid(), ...pids]));`;
  const folder = mkdtempSync(join(tmpdir(), "killed-stack-"));
  const victim = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  let pids: number[] = [];
  t.after(() => {
    victim.kill("SIGKILL");
    for (const pid of pids) if (processState(pid) !== undefined) process.kill(pid, "SIGKILL");
    rmSync(folder, { recursive: true });
  });
  let said = "";
  victim.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await until(() => said.includes("\n"), "it runs");
  pids = JSON.parse(said) as number[];
  equal(pids.length, 2);
  if (stopHost) process.kill(pids[0] ?? -1, "SIGSTOP");
  victim.kill("SIGKILL");
  for (const pid of pids) await until(() => processState(pid) === undefined, `${pid} is gone`);
}

test("a schedule runs its function repeatedly", async (t) => {
  const stack = await startTinyStack(t, {
    options: { scheduleMs: 200 },
    timer: `export const handler = async (event) => note(event["detail-type"] + " " + event.source);`,
  });
  await until(() => stack.notes().length >= 2, "it ran twice");
  equal(stack.notes()[0], "Scheduled Event aws.events");
});

async function post(url: string): Promise<string> {
  const answer = await fetch(`${url}/hook`, { method: "POST" });
  equal(answer.status, 200);
  return answer.text();
}

/** T is stopped; undefined if the process does not exist or is a zombie. */
function processState(pid = -1): string | undefined {
  try {
    const state = /\) (\w)/.exec(readFileSync(`/proc/${pid}/stat`, "utf8"))?.[1];
    return state === "Z" ? undefined : state;
  } catch {
    return undefined;
  }
}
