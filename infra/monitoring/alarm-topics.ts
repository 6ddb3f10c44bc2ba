import { Aws } from "aws-cdk-lib";
import type { IAlarmAction } from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import { EmailSubscription, UrlSubscription } from "aws-cdk-lib/aws-sns-subscriptions";
import { Construct } from "constructs";
import type { PersonalDataKey } from "../constructs/personal-data-key.ts";
import type { Stage } from "../stage-file/checked-stage.ts";

/** `page`: something is broken, act now. `ticket`: an order's data needs fixing, act today. */
export type Lane = "page" | "ticket";

/**
 * One SNS topic per lane, with the recipients that the stage names. Alarms hold no personal data; the topics use our
 * key because CloudWatch cannot publish to a topic encrypted with SNS's own.
 */
export class AlarmTopics extends Construct {
  readonly actions: Readonly<Record<Lane, IAlarmAction>>;
  readonly topics: Readonly<Record<Lane, Topic>>;

  constructor(scope: Construct, id: string, stage: Stage, key: PersonalDataKey) {
    super(scope, id);
    const addTopic = (lane: Lane): Topic => {
      const topic = new Topic(this, lane, {
        topicName: `order-relay-${stage.name}-${lane}`,
        displayName: `Order Relay ${stage.name}: ${lane}`,
        masterKey: key,
        enforceSSL: true,
      });
      topic.addToResourcePolicy(
        new PolicyStatement({
          sid: "AlarmsPublish",
          principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
          actions: ["sns:Publish"],
          resources: [topic.topicArn],
          conditions: { StringEquals: { "aws:SourceAccount": Aws.ACCOUNT_ID } },
        }),
      );
      for (const recipient of stage.infrastructure.alarms[lane]) {
        const url = recipient.startsWith("https://");
        topic.addSubscription(url ? new UrlSubscription(recipient) : new EmailSubscription(recipient));
      }
      return topic;
    };
    const [page, ticket] = [addTopic("page"), addTopic("ticket")];
    this.topics = { page, ticket };
    this.actions = { page: new SnsAction(page), ticket: new SnsAction(ticket) };
  }
}
