import { Aws, Duration, RemovalPolicy } from "aws-cdk-lib";
import type { IVpc, SecurityGroup } from "aws-cdk-lib/aws-ec2";
import { PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, type Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup, type RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Construct } from "constructs";
import { functionName } from "../../shared/stage/names.ts";
import type { Stage } from "../stage-file/checked-stage.ts";
import type { FunctionName, FunctionSettings } from "../stage-file/function-settings.ts";
import { acknowledge } from "./acknowledge.ts";

/**
 * V8 lets its young generation grow to 48 MB before it collects. With 6 MB, a 6 MB event peaks 100 MB lower (npm run
 * bench).
 */
const SMALL_YOUNG_GENERATION = "--max-semi-space-size=2";

interface Props {
  stage: Stage;
  name: FunctionName;
  code: Code;
  settings: FunctionSettings;
  description: string;
  /** The network its calls leave through. Default: Lambda's own addresses. */
  network?: { vpc: IVpc; securityGroup: SecurityGroup } | undefined;
}

/**
 * One of our Lambda functions: Node.js 24 on arm64, X-Ray tracing, the stage's log retention, and a role that may only
 * write its own log. It has no reserved concurrency: a throttled SQS receive still counts, and would move good orders
 * to the DLQ.
 */
export class AppFunction extends LambdaFunction {
  readonly name: FunctionName;
  readonly settings: FunctionSettings;
  readonly executionRole: Role;

  constructor(scope: Construct, id: string, { stage, name, code, settings, description, network }: Props) {
    const deployedName = functionName(stage.name, name);
    const logGroup = new LogGroup(scope, `${id}Log`, {
      logGroupName: `/aws/lambda/${deployedName}`,
      retention: (stage.config.retention.logs / 86_400_000) as RetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(scope, `${id}Role`, {
      assumedBy: new ServicePrincipal("lambda.amazonaws.com"),
      description: `What ${deployedName} may do`,
    });
    super(scope, id, {
      functionName: deployedName,
      description,
      code,
      role,
      logGroup,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      handler: "index.handler",
      memorySize: settings.memory,
      timeout: Duration.seconds(settings.timeout),
      tracing: Tracing.ACTIVE,
      // Names of queues, table and secrets derive from these (shared/stage/names.ts); the bundle's config.json has the
      // rest.
      environment: { STAGE: stage.name, ACCOUNT_ID: Aws.ACCOUNT_ID, NODE_OPTIONS: SMALL_YOUNG_GENERATION },
      ...(network && { vpc: network.vpc, securityGroups: [network.securityGroup] }),
    });
    this.name = name;
    this.settings = settings;
    this.executionRole = role;

    // Not AWSLambdaBasicExecutionRole, which may write every log of the account.
    role.addToPolicy(
      new PolicyStatement({
        actions: ["logs:CreateLogStream", "logs:PutLogEvents"],
        resources: [logGroup.logGroupArn],
      }),
    );
    acknowledge(role, {
      "AwsSolutions-IAM5[Resource::*]": network
        ? "X-Ray's write actions and EC2's network interface actions take no resource."
        : "X-Ray's write actions take no resource.",
    });
    if (network) {
      // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
      const actions = [
        "ec2:CreateNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses",
        "ec2:UnassignPrivateIpAddresses",
      ];
      role.addToPolicy(new PolicyStatement({ actions, resources: ["*"] }));
    }
  }
}
