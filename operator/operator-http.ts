import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { type Http, http } from "../shared/connector/http.ts";

const Package = z.object({ version: z.string() });

/** A command runs from its sources, into which no bundler has set the version. */
const { version } = z.parse(Package, JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")));

/** HTTP for the operator's commands: each call says which release makes it, as those of the functions do. */
export const operatorHttp: Http = (request) =>
  http({ ...request, headers: { "user-agent": `order-relay/${version}`, ...request.headers } });
