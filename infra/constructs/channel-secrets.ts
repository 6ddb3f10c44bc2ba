import { Construct } from "constructs";
import { asUsedBy } from "../../functions/channels/channel.ts";
import { fieldDescriptions } from "../../shared/connector/field-descriptions.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { Connectors } from "../stage-file/connectors.ts";
import { connectionsAsUsed, hasAddress, stageEndpoints } from "../stage-file/stage-endpoints.ts";
import type { AppFunction } from "./app-function.ts";
import { EmptySecret } from "./empty-secret.ts";

interface Props {
  stage: Stage;
  channels: Connectors["channels"];
  receiveWebhook: AppFunction;
  /** Functions that call the channels' APIs. */
  callers: readonly AppFunction[];
}

/**
 * One secret for each endpoint (signing keys, and the credentials of an app that several shops share) and one for each
 * connection whose channel's API needs the shop's own credentials. receive-webhook may read the secrets that verify
 * requests, route-order and reconcile those that call the channel's API; they replace those whose refresh token changes
 * with each use.
 */
export class ChannelSecrets extends Construct {
  constructor(scope: Construct, id: string, { stage, channels, receiveWebhook, callers }: Props) {
    super(scope, id);
    for (const endpoint of stageEndpoints(stage, { channels })) {
      const { path, channel } = endpoint;
      const fields = fieldDescriptions(channel.secret);
      const secret = new EmptySecret(this, `Endpoint-${path}`, { stage, kind: "endpoints", path, fields });
      if (hasAddress(endpoint)) secret.grantRead(receiveWebhook);
      const isCalled = endpoint.connections.some((connection) => asUsedBy(connection, channel).api);
      if (isCalled) for (const caller of callers) secret.grantRead(caller);
    }
    for (const { path, channel } of connectionsAsUsed(stage, { channels })) {
      if (!channel.credentials) continue;
      const fields = fieldDescriptions(channel.credentials);
      const secret = new EmptySecret(this, `Connection-${path}`, { stage, kind: "connections", path, fields });
      for (const caller of callers) {
        secret.grantRead(caller);
        if (channel.rotatesCredentials) secret.grantReplace(caller);
      }
    }
  }
}
