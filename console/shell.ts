import { createContext } from "preact";
import * as z from "zod/mini";

/** What went wrong, for the reader. */
export const Failure = z.object({
  title: z.string(),
  sentence: z.string(),
  /** A command that helps, to be copied. */
  command: z.optional(z.string()),
});
export type Failure = z.infer<typeof Failure>;

/** What every page has around it. It travels in the document beside the page's own data. */
export const Shell = z.object({
  /** The page's name in console/pages.ts. */
  page: z.string(),
  title: z.string(),
  /** Path and query. */
  address: z.string(),
  stage: z.string(),
  /** `123456789012 eu-central-1`, or "this machine". */
  place: z.string(),
  readOnly: z.boolean(),
  csrf: z.string(),
  nav: z.array(z.object({ href: z.string(), label: z.string() })),
  /** When the data was read, epoch ms. */
  at: z.number(),
  /** ms; undefined for a page that is not live. */
  liveEvery: z.optional(z.number()),
  /** In place of the data, or above what was read before. */
  failure: z.optional(Failure),
});
export type Shell = z.infer<typeof Shell>;

/** What the server sends for a page: in the document, on a change of the address, and by server-sent events. */
export const Sheet = z.object({ shell: Shell, data: z.unknown() });
export type Sheet = z.infer<typeof Sheet>;

const NONE: Shell = {
  page: "",
  title: "",
  address: "/",
  stage: "",
  place: "",
  readOnly: true,
  csrf: "",
  nav: [],
  at: 0,
};

export const ShellContext = createContext<Shell>(NONE);
