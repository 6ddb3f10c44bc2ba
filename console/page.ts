import type { ComponentChild } from "preact";
import type * as z from "zod/mini";
import type { OpenStage } from "../operator/open-stage.ts";
import type { Figures } from "./figures/figures.ts";
import type { Job } from "./jobs.ts";
import type { Sandbox } from "./sandbox.ts";

/**
 * The page contract. A page is one file in console/pages/. It exports
 *
 * - `Data`: the schema of what its loader gives. The server parses what `load` returns and drops what the schema does
 *   not name; the browser parses it again.
 * - `page`: what runs on the server: `satisfies ServerPage<typeof Data>`, an object without calls around it, so that
 *   the browser's bundle leaves it out with all that it imports (console/client-bundle.ts refuses it otherwise).
 * - `view`: the component, rendered on the server and hydrated in the browser. No `style` attribute (the CSP refuses
 *   it), no `dangerouslySetInnerHTML`.
 * - `merge`, if the page is live and has rows: what may be shown at once, and how many rows wait for a press on "3 new".
 *
 * Register it by one line in console/pages.ts.
 */
export interface PageModule {
  Data: z.ZodMiniType;
  page: ServerPage<z.ZodMiniType>;
  // Methods, so that a page's own `View` and `Merge` fit: `Data` has parsed what they get.
  view(props: ViewProps<unknown>): ComponentChild;
  merge?(shown: unknown, latest: unknown): { data: unknown; news: number };
}

/** What a loader, an act or an ask gets. */
export interface Visit {
  stage: OpenStage;
  /** The page's own address: its query is the page's state, and holds no personal data. */
  url: URL;
  /** Of the path, decoded: `:orderId`. */
  params: Record<string, string>;
  /** Epoch ms. */
  now: number;
  figures: Figures;
  /** The simulators: in the local stack only. */
  sandbox?: Sandbox | undefined;
  /** Results of the acts of this run of the server. */
  job(id: string): Job | undefined;
  /** Ends when the reader leaves, or presses *stop*. */
  signal: AbortSignal;
}

export interface ServerPage<Schema extends z.ZodMiniType> {
  /** The name of its file in console/pages/, without `.ts`. */
  name: string;
  /** `/` or below `/console/`, as hono has it: `/console/orders/:channel/:connection/:orderId`. */
  path: string;
  /** Its label in the navigation; without one it is reached by links. */
  nav?: string;
  /** Only where the stack has simulators. */
  localOnly?: true;
  title(data: z.output<Schema>): string;
  /** @throws CommandError with a sentence for the reader, NotFound, or what an SDK throws */
  load(visit: Visit): Promise<z.input<Schema>>;
  /** The page is loaded again this often while it is open, ms. Without it the page is not live. */
  liveEvery?: number;
  /** Reads that the reader asks for: a raw text, a search. By name. */
  asks?: Record<string, Ask<z.ZodMiniType>>;
  /** Changes. By name. */
  acts?: Record<string, Act<z.ZodMiniType>>;
}

/** The object that the path names does not exist. */
export class NotFound extends Error {
  override readonly name = "NotFound";
}

/** Steps of an ask: any number of `progress`, and a `result`, which a later one replaces. The values are JSON. */
export type Step = { progress: string } | { result: unknown };

/** A read that takes long, or shows what is masked. It stops at the next step once `visit.signal` is aborted. */
export interface Ask<Input extends z.ZodMiniType> {
  input: Input;
  run(visit: Visit, input: z.output<Input>): AsyncIterable<Step>;
}

/** What an act would do, before the reader agrees. */
export interface Plan {
  /** Sentences without a subject: "send a new message to s2/us". */
  will: string[];
  /** Whether it can be undone, and how: one sentence. */
  undo: string;
  /** The same by command, to be copied. */
  command?: string | undefined;
  /** Label of the button that agrees; default "Do it". */
  agree?: string | undefined;
  /** What is run when the reader agrees, where the plan bounds it: what was counted, and no more. Default: what was asked. */
  input?: unknown;
}

/** What an act did. `lines` are what could not be done, or by-products. */
export interface Done {
  said: string;
  lines?: string[] | undefined;
  /** Where to look next. */
  link?: { href: string; text: string } | undefined;
}

export interface Act<Input extends z.ZodMiniType> {
  input: Input;
  /** Reads only. @throws CommandError where it cannot be done: its message is shown */
  plan(visit: Visit, input: z.output<Input>): Promise<Plan>;
  /** @param progress "120 of 5000 sent" @throws CommandError */
  run(visit: Visit, input: z.output<Input>, progress: (sentence: string) => void): Promise<Done>;
}

export interface ViewProps<Data> {
  data: Data;
  /** The page's address: path and query. */
  url: URL;
}
export type View<Data> = (props: ViewProps<Data>) => ComponentChild;

/** @returns what may be shown at once because nothing moves by it, and how many rows of `latest` it leaves out */
export type Merge<Data> = (shown: Data, latest: Data) => { data: Data; news: number };
