import { type App, Stack } from "aws-cdk-lib";
import type { Code } from "aws-cdk-lib/aws-lambda";
import { ChannelSecrets } from "./constructs/channel-secrets.ts";
import { EventBucket } from "./constructs/event-bucket.ts";
import { FindDueSchedule } from "./constructs/find-due-schedule.ts";
import { FixedEgress } from "./constructs/fixed-egress.ts";
import { Intake } from "./constructs/intake.ts";
import { LedgerTable } from "./constructs/ledger-table.ts";
import { PersonalDataKey } from "./constructs/personal-data-key.ts";
import { ProviderLane } from "./constructs/provider-lane.ts";
import { ReconcileSchedule } from "./constructs/reconcile-schedule.ts";
import { WebhookFront } from "./constructs/webhook-front.ts";
import { WebhookProbe } from "./constructs/webhook-probe.ts";
import { AlarmTopics } from "./monitoring/alarm-topics.ts";
import { Alarms } from "./monitoring/alarms.ts";
import { RelayDashboard } from "./monitoring/dashboard.ts";
import { watchDestination, watchRemoved } from "./monitoring/watch-deliveries.ts";
import { watchDuration, watchErrors, watchFindDue, watchUnread } from "./monitoring/watch-functions.ts";
import { watchNotices } from "./monitoring/watch-notices.ts";
import { watchProbe } from "./monitoring/watch-probe.ts";
import { watchPasses, watchReconcile } from "./monitoring/watch-reconcile.ts";
import {
  watchConnection,
  watchEndpoint,
  watchFront,
  watchIntake,
  watchLatency,
  watchNotifications,
  watchUnsigned,
} from "./monitoring/watch-webhooks.ts";
import type { Stage } from "./stage-file/checked-stage.ts";
import type { Connectors } from "./stage-file/connectors.ts";
import { createOrderFunction, type FunctionName } from "./stage-file/function-settings.ts";
import { usedProviders } from "./stage-file/handlers.ts";
import { connectionsAsUsed, hasAddress, reconciledConnections, stageEndpoints } from "./stage-file/stage-endpoints.ts";

interface Props {
  stage: Stage;
  connectors: Connectors;
  /** The bundle of each function (handlers.ts lists them). */
  codeOf: (name: FunctionName) => Code;
}

/** One stage of Order Relay. Its constructs follow an order's way from the webhook to the providers. */
export class OrderRelayStack extends Stack {
  readonly intake: Intake;
  readonly front: WebhookFront;
  readonly lanes: readonly ProviderLane[];
  readonly due: FindDueSchedule;

  constructor(app: App, { stage, connectors, codeOf }: Props) {
    super(app, `order-relay-${stage.name}`, { description: `Order Relay, stage ${stage.name}` });
    const { fixedEgress } = stage.infrastructure;
    const { channels } = connectors;

    const key = new PersonalDataKey(this, "PersonalDataKey", stage);
    const table = new LedgerTable(this, "Ledger", stage, key);
    const bucket = new EventBucket(this, "Events", stage, key);

    const egress = fixedEgress.length > 0 ? new FixedEgress(this, "FixedEgress", stage) : undefined;
    const egressOfChannels = channels.some(({ name }) => fixedEgress.includes(name)) ? egress : undefined;
    this.intake = new Intake(this, "Intake", {
      stage,
      channels,
      code: codeOf("route-order"),
      key,
      table,
      bucket,
      egress: egressOfChannels,
    });
    this.front = new WebhookFront(this, "Front", {
      stage,
      channels,
      code: codeOf("receive-webhook"),
      intake: this.intake,
      bucket,
    });

    const { receiveWebhook } = this.front;
    const { routeOrder } = this.intake;
    const reconciled = reconciledConnections(stage, connectors);
    const poll =
      reconciled.length > 0
        ? new ReconcileSchedule(this, "Reconcile", {
            ...{ stage, code: codeOf("reconcile"), table, intake: this.intake, egress: egressOfChannels },
          })
        : undefined;
    const callers = [routeOrder, ...(poll ? [poll.reconcile] : [])];
    new ChannelSecrets(this, "ChannelSecrets", { stage, channels, receiveWebhook, callers });

    this.lanes = usedProviders(stage, connectors).map(
      (provider) =>
        new ProviderLane(this, `Provider-${provider.name}`, {
          stage,
          provider,
          code: codeOf(createOrderFunction(provider.name)),
          table,
          bucket,
          egress: fixedEgress.includes(provider.name) ? egress : undefined,
        }),
    );
    const destinations = this.lanes.flatMap((lane) => lane.destinations);
    for (const destination of destinations) destination.grantSend(routeOrder);

    this.due = new FindDueSchedule(this, "FindDue", { stage, code: codeOf("find-due"), table, bucket, destinations });
    // find-due queues an event to fetch for each held order whose next check is due.
    this.intake.grantSend(this.due.findDue);
    const { probe } = stage.config;
    const own =
      probe &&
      new WebhookProbe(this, "Probe", { stage, probe, code: codeOf("probe-webhooks"), front: this.front, table });
    const functions = [receiveWebhook, routeOrder, ...this.lanes.map((lane) => lane.createOrder), this.due.findDue];
    if (poll) functions.push(poll.reconcile);
    if (own) functions.push(own.probeWebhooks);

    const topics = new AlarmTopics(this, "AlarmTopics", stage, key);
    const alarms = new Alarms(this, "Alarms", stage, topics);
    const endpoints = stageEndpoints(stage, connectors).filter(hasAddress);
    watchNotices(alarms, topics);
    watchFront(alarms, this.front);
    watchLatency(alarms, this.front, endpoints);
    watchUnsigned(alarms);
    for (const endpoint of endpoints) watchEndpoint(alarms, endpoint);
    for (const connection of connectionsAsUsed(stage, connectors)) watchConnection(alarms, connection);
    watchIntake(alarms, this.intake);
    for (const notifications of this.intake.notifications) watchNotifications(alarms, notifications);
    for (const destination of destinations) watchDestination(alarms, destination);
    watchRemoved(alarms);
    watchFindDue(alarms, this.due);
    watchUnread(alarms);
    if (poll) watchReconcile(alarms, poll);
    for (const connection of reconciled) watchPasses(alarms, connection);
    if (own) watchProbe(alarms, own);
    for (const fn of functions) watchErrors(alarms, fn);
    for (const fn of functions) if (fn !== receiveWebhook) watchDuration(alarms, fn);
    new RelayDashboard(this, "Dashboard", { stage, intake: this.intake, destinations, functions, alarms });
  }
}
