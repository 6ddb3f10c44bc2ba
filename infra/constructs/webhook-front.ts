import { CfnOutput, RemovalPolicy } from "aws-cdk-lib";
import { AccessLogFormat } from "aws-cdk-lib/aws-apigateway";
import { CfnStage, HttpApi, HttpMethod, HttpStage, LogGroupLogDestination } from "aws-cdk-lib/aws-apigatewayv2";
import { HttpLambdaIntegration } from "aws-cdk-lib/aws-apigatewayv2-integrations";
import { Alias, type Code, type IFunction, type IVersion } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { ChannelFacts } from "../stage-file/connectors.ts";
import { functionSettings } from "../stage-file/function-settings.ts";
import { hasAddress, stageEndpoints } from "../stage-file/stage-endpoints.ts";
import { throttleOf } from "../stage-file/throttle.ts";
import { acknowledge } from "./acknowledge.ts";
import { AppFunction } from "./app-function.ts";
import type { EventBucket } from "./event-bucket.ts";
import type { Intake } from "./intake.ts";
import { ownDomain } from "./own-domain.ts";

interface Props {
  stage: Stage;
  channels: readonly ChannelFacts[];
  code: Code;
  intake: Intake;
  bucket: EventBucket;
}

/** The access log has routes, never paths, queries or headers: `?key=` is the secret of channels that do not sign. */
const LOGGED = {
  requestId: "$context.requestId",
  route: "$context.routeKey",
  status: "$context.status",
  integrationStatus: "$context.integrationStatus",
  latency: "$context.responseLatency",
  bytes: "$context.responseLength",
  from: "$context.identity.sourceIp",
  at: "$context.requestTime",
};

/**
 * The HTTP API that channels send to. Each endpoint has its own route with its own throttle, so a flood on one endpoint
 * does not affect the others. WAF cannot protect an HTTP API; docs/deploy.md says how to put CloudFront in front.
 */
export class WebhookFront extends Construct {
  readonly api: HttpApi;
  readonly receiveWebhook: AppFunction;
  readonly accessLog: LogGroup;
  /** `https://hooks.example.com` */
  readonly address: string;

  constructor(scope: Construct, id: string, { stage, channels, code, intake, bucket }: Props) {
    super(scope, id);
    const { config, infrastructure } = stage;
    const { domain } = infrastructure;
    this.receiveWebhook = new AppFunction(this, "ReceiveWebhook", {
      stage,
      name: "receive-webhook",
      code,
      settings: functionSettings(stage, "receive-webhook"),
      description: "Checks a webhook's signature, puts it on the intake queue, answers",
    });
    intake.grantSend(this.receiveWebhook);
    bucket.grantWriteEvents(this.receiveWebhook);

    this.api = new HttpApi(this, "Api", {
      apiName: `order-relay-${stage.name}`,
      description: `Webhooks of order-relay-${stage.name}`,
      createDefaultStage: false,
      // Else a CDN with WAF in front of the custom domain could be avoided.
      disableExecuteApiEndpoint: domain !== undefined && !domain.keepApiAddress,
    });
    const integration = new HttpLambdaIntegration("ReceiveWebhook", this.warm(stage), {
      scopePermissionToRoute: false,
    });
    const { rate, burst } = throttleOf(stage);
    const throttle = { ThrottlingRateLimit: rate, ThrottlingBurstLimit: burst };
    const throttles: Record<string, typeof throttle> = {};
    const addressed = stageEndpoints(stage, { channels }).filter(hasAddress);
    const routes = addressed.flatMap(({ path: endpoint, channel: { verification } }) => {
      const path = `/webhooks/${endpoint}`;
      const methods = verification?.methods ?? ["POST"];
      for (const method of methods) throttles[`${method} ${path}`] = throttle;
      return this.api.addRoutes({ path, methods: methods.map((method) => HttpMethod[method]), integration });
    });
    acknowledge(this.api, {
      "AwsSolutions-APIG4":
        "Channels sign their webhooks; receive-webhook verifies the signature over the raw bytes first.",
    });

    this.accessLog = new LogGroup(this, "AccessLog", {
      logGroupName: `/aws/apigateway/order-relay-${stage.name}`,
      retention: (config.retention.logs / 86_400_000) as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const live = new HttpStage(this, "Live", {
      httpApi: this.api,
      stageName: "$default",
      autoDeploy: true,
      accessLogSettings: {
        destination: new LogGroupLogDestination(this.accessLog),
        format: AccessLogFormat.custom(JSON.stringify(LOGGED)),
      },
    });
    if (live.node.defaultChild instanceof CfnStage) live.node.defaultChild.routeSettings = throttles;
    // API Gateway refuses settings of a route that does not exist yet.
    live.node.addDependency(...routes);

    this.address = ownDomain(this, stage, live) ?? this.api.apiEndpoint;
    new CfnOutput(this, "WebhookAddress", {
      value: `${this.address}/webhooks/<channel>/<name>`,
    }).overrideLogicalId("WebhookAddress");
  }

  /** The function, or an alias of it with provisioned concurrency. */
  private warm({ infrastructure: { provisionedConcurrency } }: Stage): IFunction {
    if (provisionedConcurrency === 0) return this.receiveWebhook;
    // CDK's classes are not written for exactOptionalPropertyTypes.
    const version = this.receiveWebhook.currentVersion as IVersion;
    const warm = { aliasName: "warm", version, provisionedConcurrentExecutions: provisionedConcurrency };
    return new Alias(this, "Warm", warm) as IFunction;
  }
}
