import { randomBytes } from "node:crypto";
import { type Context, Hono } from "hono";
import { getCookie, setCookie } from "hono/cookie";
import { streamSSE } from "hono/streaming";
import * as z from "zod/mini";
import type { OpenStage } from "../operator/open-stage.ts";
import { bundleClient } from "./client-bundle.ts";
import { failureOf, isOfCredentials } from "./failure-of.ts";
import type { Figures } from "./figures/figures.ts";
import { noFigures } from "./figures/figures.ts";
import { createJobs } from "./jobs.ts";
import type { Act, Ask, PageModule, Visit } from "./page.ts";
import { pages } from "./pages.ts";
import { renderPage } from "./render-page.ts";
import type { Sandbox } from "./sandbox.ts";
import { createSessions } from "./sessions.ts";
import type { Sheet, Shell } from "./shell.ts";

export interface ConsoleOptions {
  /** The stage's name, for the head of each page. */
  stage: string;
  /** Opens the stage; called again after the credentials failed. */
  open(): Promise<OpenStage>;
  figures?: (stage: OpenStage) => Figures;
  sandbox?: Sandbox | undefined;
  /** `127.0.0.1:4000`: what the browser may call this server. */
  hosts(): readonly string[];
  /** Without tokens and cookies: the local stack, which holds nothing of anyone. */
  isOpen?: boolean;
  readOnly?: boolean;
  /** AWS_PROFILE, for the command that renews credentials. */
  profile?: string | undefined;
  /** Default: console/pages.ts. */
  pages?: readonly PageModule[];
  now?: () => number;
  /** Where errors that are bugs go. */
  report?: (error: unknown) => void;
}

export interface Console {
  fetch(request: Request): Response | Promise<Response>;
  /** A new one-time token for the address to open. */
  token(): string;
  /** Bundles what runs in the browser, if that has not happened. */
  prepare(): Promise<void>;
}

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const HEADERS: Record<string, string> = {
  "content-security-policy": CSP,
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
};

/** A body of an act: large enough for a catalog file. */
const MOST_BYTES = 32 * 1024 * 1024;
const ICON =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="4" fill="#2f6f4f"/><path d="M3 5h5l3 3 2 0M3 11h5l3-3" stroke="#fff" stroke-width="1.6" fill="none"/></svg>';

type Variables = { session: string };

/** The console's server: pages, acts, asks, live data. It calls operator/ and has no logic of orders. */
export function createConsole(options: ConsoleOptions): Console {
  const { hosts, isOpen = false, readOnly = false, sandbox, now = Date.now, report = console.error } = options;
  const sessions = createSessions();
  /** The one session of a server without tokens. */
  const everyone = randomBytes(24).toString("base64url");
  const jobs = createJobs(now);
  const release = randomBytes(6).toString("hex");
  const shown = (options.pages ?? pages).filter(({ page }) => sandbox !== undefined || !page.localOnly);
  const nav = shown.flatMap(({ page: { path, nav: label } }) => (label === undefined ? [] : [{ href: path, label }]));

  let bundle: ReturnType<typeof bundleClient> | undefined;
  const client = () => {
    bundle ??= bundleClient();
    return bundle;
  };
  let opened: Promise<OpenStage> | undefined;
  const stage = (): Promise<OpenStage> => {
    opened ??= options.open().catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  let figures: Figures | undefined;
  let place = "";

  const failure = (error: unknown) => {
    if (isOfCredentials(error)) {
      opened = undefined;
      figures = undefined;
    }
    const known = failureOf(error, options.profile);
    if (known.status === 500) report(error);
    return known;
  };

  const app = new Hono<{ Variables: Variables }>();
  app.use(async (context, next) => {
    const refusal = refusalOf(context);
    if (refusal !== undefined) return bare(context, 403, refusal);
    await next();
    for (const [name, value] of Object.entries(HEADERS)) context.res.headers.set(name, value);
    return undefined;
  });
  app.use(async (context, next) => {
    if (isOpen) context.set("session", everyone);
    else {
      const cookie = cookieName();
      const session = getCookie(context, cookie);
      const known = sessions.knows(session) ? session : undefined;
      const url = new URL(context.req.url);
      const token = url.searchParams.get("token");
      if (token !== null && context.req.method === "GET") {
        const fresh = sessions.open(token) ?? known;
        if (fresh === undefined)
          return bare(
            context,
            403,
            "This address was opened before, or is of an earlier start. Press Enter in the terminal of the console for a new one.",
          );
        url.searchParams.delete("token");
        setCookie(context, cookie, fresh, { httpOnly: true, sameSite: "Strict", path: "/" });
        return context.redirect(`${url.pathname}${url.search}`, 303);
      }
      if (known === undefined)
        return bare(
          context,
          403,
          "Open the address that the console printed in the terminal; it holds a token for one use.",
        );
      context.set("session", known);
    }
    return next();
  });
  app.use(async (context, next) => {
    if (context.req.method === "POST") {
      const { origin, "x-csrf": proof, "content-type": type } = context.req.header();
      if (
        origin === undefined ||
        !sessions.isCsrf(context.get("session"), proof) ||
        !/^application\/json\b/.test(type ?? "")
      )
        return context.json(
          { title: "Refused", sentence: "This request was not made by the page. Load the page again." },
          403,
        );
      if (Number(context.req.header("content-length") ?? Number.POSITIVE_INFINITY) > MOST_BYTES)
        return context.json({ title: "Too large", sentence: "The page takes at most 32 MiB at once." }, 413);
    }
    return next();
  });

  app.get("/console/assets/console.js", async (context) =>
    context.body((await client()).script, 200, { "content-type": "text/javascript; charset=utf-8" }),
  );
  app.get("/console/assets/console.css", async (context) =>
    context.body((await client()).styles, 200, { "content-type": "text/css; charset=utf-8" }),
  );
  app.get("/console/assets/icon.svg", (context) => context.body(ICON, 200, { "content-type": "image/svg+xml" }));

  /** The data of an address changes while it is open; only what differs is sent. */
  app.get("/console/live", (context) => {
    const address = addressOf(context.req.query("of"));
    const found = address && pageAt(address);
    if (!found) return bare(context, 404, "There is no such page.");
    const every = found.module.page.liveEvery ?? 5000;
    return streamSSE(context, async (stream) => {
      const ending = new AbortController();
      stream.onAbort(() => ending.abort());
      let last: string | undefined;
      while (!ending.signal.aborted) {
        const began = performance.now();
        const { sheet } = await sheetOf(found, context.get("session"), ending.signal);
        if (ending.signal.aborted) return;
        const data = JSON.stringify([sheet.data, sheet.shell.failure]);
        if (data === last) await stream.writeSSE({ event: "same", data: String(sheet.shell.at) });
        else await stream.writeSSE({ event: "sheet", data: JSON.stringify(sheet) });
        last = data;
        // A page that takes long to load must not load all the time.
        await pause(Math.max(every, 4 * (performance.now() - began)), ending.signal);
      }
    });
  });

  app.post("/console/ask/:page/:ask", async (context) => {
    const asked = await askedIn(context);
    if (!asked.success) return invalid(context, asked.error);
    const { of, ...body } = asked.data;
    const found = pageAt(of);
    const ask: Ask<z.ZodMiniType> | undefined = own(found?.module.page.asks, context.req.param("ask"));
    if (!found || found.module.page.name !== context.req.param("page") || !ask) return noSuch(context);
    const input = z.safeParse(ask.input, body.input);
    if (!input.success) return invalid(context, input.error);
    return streamLines(context, async (write, signal) => {
      try {
        for await (const step of ask.run(await visitOf(found, signal), input.data)) {
          if (signal.aborted) return;
          await write(step);
        }
      } catch (error) {
        if (!signal.aborted) await write({ failure: withoutStatus(failure(error)) });
      }
    });
  });

  app.post("/console/act/:page/:act/:step{plan|run}", async (context) => {
    const asked = await askedIn(context);
    if (!asked.success) return invalid(context, asked.error);
    const { of, ...body } = asked.data;
    const found = pageAt(of);
    const { page: name, act: actName, step } = context.req.param();
    const act: Act<z.ZodMiniType> | undefined = own(found?.module.page.acts, actName);
    if (!found || found.module.page.name !== name || !act) return noSuch(context);
    if (readOnly)
      return context.json(
        { title: "Read only", sentence: "The console runs with --read-only: it changes nothing." },
        403,
      );
    const input = z.safeParse(act.input, body.input);
    if (!input.success) return invalid(context, input.error);
    try {
      const visit = await visitOf(found, AbortSignal.timeout(24 * 3_600_000));
      if (step === "plan") return context.json(await act.plan(visit, input.data));
      const about = { title: body.title ?? actName ?? "", from: `${of.pathname}${of.search}` };
      const job = jobs.start(
        about,
        (progress) => act.run(visit, input.data, progress),
        (error) => failure(error).sentence,
      );
      return context.json({ job: job.id });
    } catch (error) {
      const { status, ...known } = failure(error);
      return context.json(known, status);
    }
  });

  for (const module of shown) {
    app.get(module.page.path, async (context) => {
      const url = new URL(context.req.url);
      const found = { module, params: match(module.page.path, url.pathname) ?? {}, url };
      const { sheet, status } = await sheetOf(found, context.get("session"), context.req.raw.signal);
      if (context.req.header("accept") === "application/json") return context.json(sheet, status);
      return context.html(renderPage(module, sheet, release), status);
    });
  }
  app.notFound((context) => {
    const shell = {
      ...shellOf("", "Not found", new URL(context.req.url), context.get("session") ?? ""),
      failure: { title: "Not found", sentence: "There is no such page." },
    };
    return context.html(renderPage(undefined, { shell, data: null }, release), 404);
  });
  app.onError((error, context) => {
    report(error);
    return bare(context, 500, "The console itself failed. The terminal in which it runs says more.");
  });

  interface Found {
    module: PageModule;
    params: Record<string, string>;
    url: URL;
  }

  /** The page of an address that the browser names. */
  function pageAt(url: URL): Found | undefined {
    for (const module of shown) {
      const params = match(module.page.path, url.pathname);
      if (params) return { module, params, url };
    }
    return undefined;
  }

  async function visitOf({ params, url }: Found, signal: AbortSignal): Promise<Visit> {
    const open = await stage();
    place = open.env.endpoint === undefined ? `${open.env.account} ${open.env.region}` : "this machine";
    figures ??= options.figures?.(open) ?? noFigures("This stage has no source of figures.");
    return { stage: open, url, params, now: now(), figures, sandbox, job: jobs.find, signal };
  }

  async function sheetOf(
    found: Found,
    session: string,
    signal: AbortSignal,
  ): Promise<{ sheet: Sheet; status: 200 | 403 | 404 | 422 | 500 | 503 }> {
    const { page, ...module } = found.module;
    try {
      const data = z.parse(module.Data, await page.load(await visitOf(found, signal)));
      const shell = shellOf(page.name, page.title(data), found.url, session);
      return { sheet: { shell: { ...shell, liveEvery: page.liveEvery }, data }, status: 200 };
    } catch (error) {
      const { status, ...known } = failure(error);
      const shell = shellOf(page.name, known.title, found.url, session);
      // A page that failed is loaded again until it works.
      const liveEvery = status === 404 ? undefined : (page.liveEvery ?? 5000);
      return { sheet: { shell: { ...shell, liveEvery, failure: known }, data: null }, status };
    }
  }

  function shellOf(page: string, title: string, url: URL, session: string): Shell {
    const address = `${url.pathname}${url.search}`;
    return {
      page,
      title,
      address,
      stage: options.stage,
      place,
      readOnly,
      csrf: sessions.csrf(session),
      nav,
      at: now(),
    };
  }

  /** Only by the names of this server (DNS rebinding), and only by its own pages. */
  function refusalOf(context: Context): string | undefined {
    const { host = "", origin, "sec-fetch-site": site } = context.req.header();
    const allowed = hosts();
    if (!allowed.includes(host)) return `Open the console as http://${allowed[0]}/, not by another name.`;
    if (origin !== undefined && !allowed.some((own) => origin === `http://${own}`))
      return "Another site's page made this request.";
    const isOpening = context.req.method === "GET" && context.req.header("sec-fetch-dest") === "document";
    if (site !== undefined && site !== "same-origin" && site !== "none" && !isOpening)
      return "Another site's page made this request.";
    return undefined;
  }

  /** Cookies know no ports: two consoles must not end each other's sessions. */
  const cookieName = (): string => `order-relay-${hosts()[0]?.split(":")[1] ?? "0"}`;

  return {
    fetch: (request) => app.fetch(request),
    token: sessions.token,
    async prepare() {
      await client();
    },
  };
}

/** A refusal before there is a page: a sentence as text. */
function bare(context: Context, status: 403 | 404 | 500, sentence: string): Response {
  return context.text(`${sentence}\n`, status, HEADERS);
}

const withoutStatus = <T extends { status: number }>({ status: _status, ...kept }: T) => kept;

const noSuch = (context: Context): Response =>
  context.json({ title: "Not found", sentence: "The page has no such act. Load it again." }, 404);

const invalid = (context: Context, error: z.core.$ZodError): Response =>
  context.json({ title: "This cannot be done", sentence: z.prettifyError(error) }, 422);

/** A path and query of our own, or nothing. */
function addressOf(text: string | undefined): URL | undefined {
  if (text === undefined || !/^\/(?!\/)/.test(text) || !URL.canParse(text, "http://console")) return undefined;
  const url = new URL(text, "http://console");
  return url.origin === "http://console" ? url : undefined;
}

const Asked = z.object({
  of: z.pipe(
    z.string(),
    z.transform((text, context) => {
      const url = addressOf(text);
      if (url) return url;
      context.issues.push({ code: "custom", message: "no address of a page", input: text });
      return z.NEVER;
    }),
  ),
  title: z.optional(z.string()),
  input: z.unknown(),
});

const askedIn = async (context: Context) => z.safeParse(Asked, await context.req.json().catch(() => undefined));

/** Not what every object has: `constructor`. */
const own = <T>(record: Record<string, T> | undefined, name = ""): T | undefined =>
  record !== undefined && Object.hasOwn(record, name) ? record[name] : undefined;

/** `/console/orders/:id` as hono matches it: each part one segment. @returns decoded parts, or undefined */
function match(pattern: string, path: string): Record<string, string> | undefined {
  const [wanted, given] = [pattern.split("/"), path.split("/")];
  if (wanted.length !== given.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, part] of wanted.entries()) {
    const value = given[index] ?? "";
    if (!part.startsWith(":")) {
      if (part !== value) return undefined;
    } else {
      if (value === "") return undefined;
      params[part.slice(1)] = value;
    }
  }
  return decoded(params);
}

function decoded(params: Record<string, string>): Record<string, string> {
  const whole = (text: string): string => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [name, whole(value)]));
}

/** One JSON a line, as it comes. */
function streamLines(
  context: Context,
  run: (write: (value: unknown) => Promise<void>, signal: AbortSignal) => Promise<void>,
): Response {
  const ending = new AbortController();
  const encoder = new TextEncoder();
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  writer.closed.catch(() => ending.abort());
  context.req.raw.signal.addEventListener("abort", () => ending.abort());
  void run((value) => writer.write(encoder.encode(`${JSON.stringify(value)}\n`)), ending.signal)
    .catch(() => {})
    .finally(() => writer.close().catch(() => {}));
  return context.body(readable, 200, { "content-type": "application/x-ndjson" });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done, { once: true });
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
  });
}
