import { rotatingTokenNames } from "../shared/connector/rotating-token.ts";
import { createTools } from "../shared/connector/tools.ts";
import { Deferred } from "../shared/errors.ts";
import { createTableCache } from "../shared/ledger/cache.ts";
import { tokenPk } from "../shared/ledger/connector-partition.ts";
import type { Table } from "../shared/ledger/table.ts";
import { CommandError } from "./command-error.ts";
import { operatorHttp } from "./operator-http.ts";

/** Longer than a function and its lease live, ms. */
const LONGEST = 180_000;
/** How long the write itself may take before another may take the lease, ms. */
const HOLD = 60_000;

/**
 * Replaces a connection's secret whose refresh token route-order replaces too: under the same lease, so that a renewal
 * under way is not lost. The former authorisation's access token and note go with it (shared/connector/rotating-token.ts).
 * @param connection `squarespace/main`
 * @throws CommandError if the lease does not become free
 */
export async function replaceRotatingSecret(
  connection: string,
  table: Table,
  write: () => Promise<unknown>,
): Promise<void> {
  const names = rotatingTokenNames(connection);
  const subject = { kind: "channel" as const, name: connection.split("/")[0] ?? "", account: connection };
  const tools = createTools({
    ...{ subject, table, http: operatorHttp, callTimeout: 1_000, memory: new Map(), now: Date.now },
    deadline: Date.now() + LONGEST,
  });
  try {
    await tools.lease(names.lease, HOLD, async () => {
      await write();
      await tools.cache.delete(names.note);
      await createTableCache(table, tokenPk(subject), Date.now).delete(names.access);
    });
  } catch (error) {
    if (!(error instanceof Deferred)) throw error;
    throw new CommandError(
      `The secret of ${connection} was not changed: its token is being renewed. Run the command again in a few minutes.`,
    );
  }
}
