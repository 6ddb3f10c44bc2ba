import { deepEqual, equal, match, ok } from "node:assert/strict";
import { before, test } from "node:test";
import { html } from "htm/preact";
import * as z from "zod/mini";
import { type ConsoleOptions, createConsole } from "../../console/create-console.ts";
import type { Act, Ask, PageModule, ViewProps } from "../../console/page.ts";
import { connectors } from "../../infra/stage-file/connectors.ts";
import { loadStage } from "../../infra/stage-file/load-stage.ts";
import { readStage } from "../../infra/stage-file/read-stage.ts";
import { CommandError } from "../../operator/command-error.ts";
import { type OpenStage, stageAt } from "../../operator/open-stage.ts";

const HOST = "127.0.0.1:4000";
const URL_ = `http://${HOST}`;
const EVIL = [
  "</script><script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  '"><svg onload=alert(1)>',
  "<!--<script>",
  "\u2028\u2029\u0000\u202e",
  "javascript:alert(1)",
  "{{constructor.constructor('alert(1)')()}}",
];

let stage: OpenStage;
before(async () => {
  const folder = "test/support/stages";
  const { config } = readStage(await loadStage("prod", folder), connectors, folder);
  const credentials = { accessKeyId: "none", secretAccessKey: "secret-that-stays" };
  // Nothing listens there: these tests call nothing of AWS.
  const access = { region: "eu-central-1", endpoint: "http://127.0.0.1:1", credentials };
  stage = stageAt(config, {
    access,
    account: "111122223333",
    who: "arn:aws:sts::111122223333:assumed-role/Operator/ada",
  });
});

const Data = z.object({ text: z.string() });
const Input = z.object({ word: z.string() });

/** One page with an act and an ask, and a note of each run. */
function echoPage(text: () => string = () => "quiet") {
  const ran: string[] = [];
  const act: Act<typeof Input> = {
    input: Input,
    async plan(_visit, { word }) {
      if (word === "refused") throw new CommandError("It has ended.");
      ran.push(`plan ${word}`);
      return { will: [`say ${word}`], undo: "No." };
    },
    async run(_visit, { word }, progress) {
      progress("1 of 2");
      ran.push(`run ${word}`);
      return { said: `said ${word}` };
    },
  };
  const ask: Ask<typeof Input> = {
    input: Input,
    async *run(_visit, { word }) {
      yield { progress: "looked through 1 of 2 hours" };
      yield { result: { word } };
    },
  };
  const page: PageModule = {
    Data,
    view: ({ data }: ViewProps<z.infer<typeof Data>>) => html`<p title=${data.text}>${data.text}</p>`,
    page: {
      name: "echo",
      path: "/console/echo/:id",
      nav: "Echo",
      liveEvery: 5,
      title: (data) => z.parse(Data, data).text,
      async load({ params }) {
        const id = params["id"] ?? "";
        if (id === "broken") throw new Error("a bug, with a secret-that-stays");
        return { text: id === "id" ? text() : id, secret: "secret-that-stays" };
      },
      acts: { act },
      asks: { ask },
    },
  };
  return { page, ran };
}

function start(options: Partial<ConsoleOptions> = {}, text?: () => string) {
  const { page, ran } = echoPage(text);
  const reported: unknown[] = [];
  const server = createConsole({
    stage: "prod",
    open: async () => stage,
    hosts: () => [HOST, "localhost:4000"],
    pages: [page],
    report: (error) => reported.push(error),
    ...options,
  });
  const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
    server.fetch(new Request(`${URL_}${path}`, { headers: { host: HOST, ...headers }, redirect: "manual" }));
  /** A session, as the browser has it after the printed address was opened. */
  const enter = async () => {
    const opened = await get(`/console/echo/id?token=${server.token()}`);
    const cookie = (opened.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    const document = await (await get("/console/echo/id", { cookie })).text();
    return { cookie, csrf: sheetIn(document).shell.csrf, document };
  };
  const post = async (path: string, body: unknown, headers: Record<string, string>): Promise<Response> => {
    const text = JSON.stringify(body);
    const all = { host: HOST, "content-type": "application/json", "content-length": String(text.length), ...headers };
    return server.fetch(new Request(`${URL_}${path}`, { method: "POST", headers: all, body: text }));
  };
  return { server, get, post, enter, ran, reported };
}

const Sheet = z.object({ shell: z.object({ csrf: z.string(), title: z.string() }), data: z.unknown() });
function sheetIn(document: string): z.infer<typeof Sheet> {
  const [, json = "{}"] = /<script type="application\/json" id="sheet">(.*?)<\/script>/s.exec(document) ?? [];
  return z.parse(Sheet, JSON.parse(json));
}

const of = "/console/echo/id";

test("a name that resolves to this machine reaches nothing (DNS rebinding)", async () => {
  const { get, post, enter, ran } = start();
  const { cookie, csrf } = await enter();
  const paths = [of, "/console/assets/console.js", `/console/live?of=${of}`, "/console/other", "/"];
  for (const host of [
    "evil.example",
    "evil.example:4000",
    "127.0.0.1",
    "127.0.0.1:4001",
    "localhost",
    "127.0.0.1.evil.example:4000",
    "",
  ]) {
    for (const path of paths) {
      const answer = await get(path, { cookie, host });
      equal(answer.status, 403, `${host} ${path}`);
      ok(!(await answer.text()).includes("quiet"));
    }
    const acted = await post(
      "/console/act/echo/act/run",
      { of, input: { word: "x" } },
      { cookie, "x-csrf": csrf, host, origin: URL_ },
    );
    equal(acted.status, 403);
  }
  deepEqual(ran, []);
  equal((await get(of, { cookie, host: "localhost:4000" })).status, 200);
});

test("another site's page reaches nothing, by script, form, frame or link", async () => {
  const { get, post, enter, ran } = start();
  const { cookie, csrf } = await enter();
  for (const origin of [
    "https://evil.example",
    "http://127.0.0.1:4001",
    "null",
    "http://127.0.0.1:4000.evil.example",
  ]) {
    equal((await get(of, { cookie, origin })).status, 403);
    equal(
      (await post("/console/act/echo/act/run", { of, input: { word: "x" } }, { cookie, "x-csrf": csrf, origin }))
        .status,
      403,
    );
  }
  for (const site of ["cross-site", "same-site"]) {
    equal((await get(of, { cookie, "sec-fetch-site": site, "sec-fetch-dest": "iframe" })).status, 403);
    equal(
      (await get(`/console/live?of=${of}`, { cookie, "sec-fetch-site": site, "sec-fetch-dest": "empty" })).status,
      403,
    );
    // Following a link is a reader's own act; SameSite=Strict keeps the cookie out of it.
    equal((await get(of, { "sec-fetch-site": site, "sec-fetch-dest": "document" })).status, 403);
  }
  deepEqual(ran, []);
});

test("the printed address opens the page once, and its token leaves the address", async () => {
  const { server, get } = start();
  equal((await get(of)).status, 403);
  equal((await get(`${of}?token=guessed`)).status, 403);
  const token = server.token();
  const opened = await get(`${of}?hours=6&token=${token}`);
  equal(opened.status, 303);
  equal(opened.headers.get("location"), `${of}?hours=6`);
  const set = opened.headers.get("set-cookie") ?? "";
  match(set, /; HttpOnly; SameSite=Strict$/);
  ok(!set.includes(token));
  match(await (await get(`${of}?token=${token}`)).text(), /opened before/);

  const [cookie = ""] = set.split(";");
  // The reader who loads the same address again is not sent away.
  equal((await get(`${of}?token=${token}`, { cookie })).status, 303);
  equal((await get(of, { cookie })).status, 200);
  const replaced = server.token();
  server.token();
  equal((await get(`${of}?token=${replaced}`)).status, 403);
  for (const forged of [
    `${cookie}x`,
    cookie.replace(/=.*/, "="),
    cookie.replace(/=.*/, "=undefined"),
    `other${cookie}`,
  ]) {
    equal((await get(of, { cookie: forged })).status, 403);
  }
});

test("nothing is done without the proof that the page itself asked (CSRF)", async () => {
  const { post, enter, ran } = start();
  const [mine, other] = [await enter(), await enter()];
  const body = { of, input: { word: "hello" } };
  const good = { cookie: mine.cookie, "x-csrf": mine.csrf, origin: URL_ };
  const bad: Record<string, string>[] = [
    { cookie: mine.cookie, origin: URL_ },
    { ...good, "x-csrf": "" },
    { ...good, "x-csrf": other.csrf },
    { ...good, "x-csrf": `${mine.csrf}x` },
    { cookie: mine.cookie, "x-csrf": mine.csrf },
    { ...good, "content-type": "text/plain" },
    { ...good, "content-type": "application/x-www-form-urlencoded" },
    { "x-csrf": mine.csrf, origin: URL_ },
  ];
  for (const step of ["plan", "run"]) {
    for (const headers of bad) equal((await post(`/console/act/echo/act/${step}`, body, headers)).status, 403);
  }
  for (const headers of bad) equal((await post("/console/ask/echo/ask", body, headers)).status, 403);
  deepEqual(ran, []);

  const planned = await post("/console/act/echo/act/plan", body, good);
  deepEqual(await planned.json(), { will: ["say hello"], undo: "No." });
  equal((await post("/console/act/echo/act/run", body, good)).status, 200);
  deepEqual(ran, ["plan hello", "run hello"]);
  const asked = await post("/console/ask/echo/ask", body, good);
  deepEqual(
    (await asked.text())
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line)),
    [{ progress: "looked through 1 of 2 hours" }, { result: { word: "hello" } }],
  );
});

test("what the page sends is checked, and what cannot be done is said", async () => {
  const { post, enter, ran } = start();
  const { cookie, csrf } = await enter();
  const good = { cookie, "x-csrf": csrf, origin: URL_ };
  const run = (body: unknown, path = "/console/act/echo/act/plan") => post(path, body, good);
  equal((await run({ of, input: { word: 7 } })).status, 422);
  const refused = await run({ of, input: { word: "refused" } });
  equal(refused.status, 422);
  deepEqual(await refused.json(), { title: "This cannot be done", sentence: "It has ended." });
  for (const address of [
    "//evil.example/console/echo/id",
    "https://evil.example/",
    "/\\evil.example",
    "/console/none",
    "",
    7,
  ]) {
    ok([404, 422].includes((await run({ of: address, input: { word: "x" } })).status), String(address));
  }
  equal((await run({ of, input: { word: "x" } }, "/console/act/other/act/plan")).status, 404);
  equal((await run({ of, input: { word: "x" } }, "/console/act/echo/constructor/plan")).status, 404);
  equal((await run("no object")).status, 422);
  deepEqual(ran, []);
});

test("--read-only does nothing, and still answers questions", async () => {
  const { post, enter, ran } = start({ readOnly: true });
  const { cookie, csrf, document } = await enter();
  const good = { cookie, "x-csrf": csrf, origin: URL_ };
  for (const step of ["plan", "run"]) {
    const answer = await post(`/console/act/echo/act/${step}`, { of, input: { word: "x" } }, good);
    equal(answer.status, 403);
    match(await answer.text(), /--read-only/);
  }
  equal((await post("/console/ask/echo/ask", { of, input: { word: "x" } }, good)).status, 200);
  deepEqual(ran, []);
  match(document, /read only/);
});

test("hostile text in every field stays text, in the page, the title and the data", async () => {
  for (const text of EVIL) {
    const { enter } = start({}, () => text);
    const { document } = await enter();
    const sheet = sheetIn(document);
    deepEqual([sheet.data, sheet.shell.title], [{ text }, text]);
    const [markup = ""] = document.split('<script type="application/json"');
    ok(!/<img|<svg onload|<!--|<script>|alert\(1\)<\/script/.test(markup), markup);
    equal(document.match(/<script/g)?.length, 2);
  }
});

test("only what the page's schema names reaches the browser, and no credential", async () => {
  const { enter, get, reported } = start();
  const { document, cookie } = await enter();
  ok(!document.includes("secret-that-stays"));
  const broken = await get("/console/echo/broken", { cookie });
  equal(broken.status, 500);
  ok(!(await broken.text()).includes("secret-that-stays"));
  equal(reported.length, 1);
});

test("every answer has the strict policy, also a refusal", async () => {
  const { get, enter, server } = start();
  const { cookie } = await enter();
  const answers = [
    await get(of, { cookie }),
    await get(of),
    await get(of, { cookie, host: "evil.example" }),
    await get("/console/none", { cookie }),
    await get("/console/echo/broken", { cookie }),
    await get("/console/assets/icon.svg", { cookie }),
    await get(`${of}?token=${server.token()}`),
  ];
  for (const { headers, status } of answers) {
    const policy = headers.get("content-security-policy") ?? "";
    match(policy, /^default-src 'none'; script-src 'self'; style-src 'self';/, String(status));
    match(policy, /base-uri 'none'; frame-ancestors 'none'$/);
    equal(headers.get("cache-control"), "no-store");
    equal(headers.get("referrer-policy"), "no-referrer");
  }
  const document = await (await get(of, { cookie })).text();
  ok(!/ style=| on[a-z]+=|https?:\/\//.test(document), document);
});

test("an ID that is a path, a query or no valid text is one part of the address", async () => {
  const { get, enter } = start();
  const { cookie } = await enter();
  for (const id of ["a/b", "..", "../../etc/passwd", "?x=1", "#", "a b", "100%", "ü\u202e", "<b>"]) {
    const answer = await get(`/console/echo/${encodeURIComponent(id).replaceAll(".", "%2E")}`, { cookie });
    if (id === ".." && answer.status === 404) continue;
    deepEqual([answer.status, sheetIn(await answer.text()).data], [200, { text: id }], id);
  }
  equal((await get("/console/echo/%ff", { cookie })).status, 200);
});

test("expired credentials are named with the command that renews them; the page goes on by itself", async () => {
  let expired = true;
  let opened = 0;
  const open = async () => {
    opened += 1;
    if (expired)
      throw Object.assign(new Error("The security token included in the request is expired"), {
        name: "ExpiredTokenException",
      });
    return stage;
  };
  const { server, get } = start({ open, profile: "prod" });
  const entered = await get(`${of}?token=${server.token()}`);
  const [cookie = ""] = (entered.headers.get("set-cookie") ?? "").split(";");
  const answer = await get(of, { cookie });
  equal(answer.status, 503);
  match(await answer.text(), /aws sso login --profile prod/);
  expired = false;
  equal((await get(of, { cookie })).status, 200);
  equal((await get(of, { cookie })).status, 200);
  equal(opened, 2);
});

test("what AWS or the network fails with is not called a failure of the console", async () => {
  let error = new Error();
  const open = async () => {
    throw error;
  };
  const { get, reported } = start({ open, isOpen: true });
  const cases: [fields: object, text: RegExp][] = [
    [{ code: "ENOTFOUND" }, /AWS cannot be reached.*ENOTFOUND/s],
    [{ code: "ECONNREFUSED" }, /AWS cannot be reached/],
    [{ name: "TimeoutError" }, /AWS cannot be reached/],
    [{ name: "RequestThrottled" }, /AWS throttles this/],
    [{ name: "KmsThrottled" }, /AWS throttles this/],
    [{ name: "SlowDown" }, /AWS throttles this/],
    [{ name: "KmsAccessDenied" }, /Your AWS permissions do not allow this/],
  ];
  for (const [fields, text] of cases) {
    error = Object.assign(new Error("no"), fields);
    match(await (await get(of)).text(), text);
  }
  deepEqual(reported, []);
});

test("live data comes by itself, and only what changed", async () => {
  let text = "first";
  const { server, enter } = start({}, () => text);
  const { cookie } = await enter();
  const ending = new AbortController();
  const request = new Request(`${URL_}/console/live?of=${of}`, {
    headers: { host: HOST, cookie },
    signal: ending.signal,
  });
  const { body } = await server.fetch(request);
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  const next = async (): Promise<string> => (await reader?.read())?.value ?? "";
  match(await next(), /^event: sheet\ndata: .*first/);
  text = "second";
  match(await next(), /^event: sheet\ndata: .*second/);
  match(await next(), /^event: same\n/);
  ending.abort();
  await reader?.cancel();
});

test("a part of the path is decoded once: an order's ID may hold anything", async () => {
  const { get } = start({ isOpen: true });
  for (const id of ["50%25", "a/b", "%41", "ü #?&"]) {
    const document = await (await get(`/console/echo/${encodeURIComponent(id)}`)).text();
    deepEqual(sheetIn(document).data, { text: id });
  }
});
