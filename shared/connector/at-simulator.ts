/** Who calls a channel: the API client of a connection, or the check of an endpoint's requests. */
export type ChannelCaller = `connections/${string}` | `endpoints/${string}`;

/**
 * Where a call to one of a channel's hosts goes: there, or, in the stage `local`, to the channel's simulator, which finds
 * the caller and the original host in the path. `https://api.example.com/orders?id=1` becomes
 * `<simulators>/connections/bazaar/demo/api.example.com/orders?id=1`.
 * @param simulators as `environment()` has it (shared/stage/env.ts): undefined in every deployed stage
 */
export function atSimulator(url: string, caller: ChannelCaller, simulators: string | undefined): string {
  if (simulators === undefined) return url;
  const { host, pathname, search } = new URL(url);
  return `${simulators}/${caller}/${host}${pathname}${search}`;
}
