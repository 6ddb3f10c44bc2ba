import { once } from "node:events";
import { createServer } from "node:http";
import { CommandError } from "./command-error.ts";
import type { Terminal } from "./terminal.ts";

/** How long a person may take at the consent page, ms. */
const LONGEST = 15 * 60_000;

export const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost");

/**
 * Listens at the redirect address, on loopback alone, until the browser comes back with a code or a refusal.
 * @returns the query of its request
 * @throws CommandError if the port is taken, or no browser comes back
 */
export async function awaitRedirect(redirect: URL, terminal: Terminal): Promise<URLSearchParams> {
  const server = createServer();
  const came = new Promise<URLSearchParams>((resolve) => {
    server.on("request", (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? "/", redirect);
      const isAnswer = pathname === redirect.pathname && (searchParams.has("state") || searchParams.has("error"));
      response.writeHead(isAnswer ? 200 : 404, { "content-type": "text/plain; charset=utf-8", connection: "close" });
      response.end(isAnswer ? "Go back to the terminal: this page can be closed.\n" : "Not found\n");
      if (isAnswer) resolve(searchParams);
    });
  });
  server.listen(Number(redirect.port || 80), "127.0.0.1", () =>
    terminal.note(`Waiting at ${redirect.origin}${redirect.pathname} …`),
  );
  const failure = once(server, "error").then(([error]: unknown[]) => {
    throw new CommandError(
      `The command cannot listen at ${redirect.host}: ${error instanceof Error ? error.message : error}.`,
    );
  });
  const patience = AbortSignal.timeout(LONGEST);
  const tired = once(patience, "abort").then(() => {
    throw new CommandError("The channel sent no browser back within 15 minutes. Run the command again.");
  });
  try {
    return await Promise.race([came, failure, tired]);
  } finally {
    for (const unused of [failure, tired]) unused.catch(() => undefined);
    server.close();
    server.closeAllConnections();
  }
}
