import type { ApiBackoff } from "../../shared/connector/api-backoff.ts";
import { DeliveryError, Unavailable } from "../../shared/errors.ts";
import { type Connection, pathOf } from "../../shared/stage/config.ts";
import { errorName } from "../../shared/telemetry/log.ts";
import type { Channel, ChannelClient, FetchedOrder } from "../channels/channel.ts";
import type { OpenClient } from "../open-client.ts";

export interface FetchDeps {
  openClient: OpenClient;
  backoff: ApiBackoff;
  /** Epoch ms. */
  now: () => number;
}

/** An order as the channel's API has it. */
export interface Fetched extends FetchedOrder {
  /** When the fetch began, UTC ISO 8601: the order includes everything that the channel changed before. */
  fetchedAt: string;
}

interface Request {
  channel: Channel;
  connection: Connection;
  /** Epoch ms. */
  deadline: number;
}

/**
 * Fetches an order from its channel's API.
 * @returns "gone" if the API reports that it has no such order
 * @throws Deferred, without a call, during the connection's backoff; the errors of ChannelClient; Unavailable for any
 * other error
 */
export function fetchOrder(id: string, request: Request, deps: FetchDeps): Promise<Fetched | "gone"> {
  return withClient(request, deps, async (client) => {
    const fetchedAt = new Date(deps.now()).toISOString();
    const fetched = await client.order(id);
    return fetched === "gone" ? fetched : { ...fetched, fetchedAt };
  });
}

/** Makes a call that fails if the credentials no longer work, if the channel has one. @throws as `fetchOrder` */
export const checkConnection = (request: Request, deps: FetchDeps): Promise<void> =>
  withClient(request, deps, async (client) => client.check?.());

async function withClient<T>(
  { channel, connection, deadline }: Request,
  { backoff, openClient }: FetchDeps,
  call: (client: ChannelClient) => Promise<T>,
): Promise<T> {
  try {
    const open = () => openClient(channel, connection, deadline);
    return await backoff.run(pathOf(connection), deadline, async () => call(await open()));
  } catch (error) {
    // Any other error is a defect of the connector, or an AWS call's: the event is kept and retried.
    throw error instanceof DeliveryError ? error : new Unavailable(errorName(error), { cause: error });
  }
}
