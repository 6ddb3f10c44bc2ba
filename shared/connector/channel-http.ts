import { Misconfigured } from "../errors.ts";
import { isAllowedHost } from "./allowed-host.ts";
import { atSimulator, type ChannelCaller } from "./at-simulator.ts";
import { type Http, http as ourHttp } from "./http.ts";

interface Options {
  caller: ChannelCaller;
  /** The only ones that are called: the channel's, and the connection's own. */
  hosts: readonly string[];
  /** Of the stage `local`: where the channels' simulators listen. */
  simulators?: string | undefined;
  http?: Http;
}

/**
 * HTTP for the API client of a connection: a shop's credentials leave for no other host than its own.
 * @throws Misconfigured for any other, without a call
 */
export function channelHttp({ caller, hosts, simulators, http = ourHttp }: Options): Http {
  return async (request) => {
    if (!isAllowedHost(request.url, hosts)) throw new Misconfigured("a call to a host that the channel does not name");
    return http({ ...request, url: atSimulator(request.url, caller, simulators) });
  };
}
