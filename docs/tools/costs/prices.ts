/** What AWS asks for so many of something. */
export interface Price {
  usd: number;
  per: number;
  /** Of what; a month where it is time. */
  unit: string;
  /** Where the figure was read, and how near that is to AWS's own page. */
  source: string;
}

const price = (usd: number, per: number, unit: string, source: string): Price => ({ usd, per, unit, source });

const M = 1_000_000;
const LAMBDA = "cloudchipr.com, AWS Lambda pricing";
const DYNAMODB = "airbyte.com, DynamoDB pricing (halved in November 2024; many pages still print twice this)";
const CLOUDWATCH = "cloudburn.io and factualminds.com, CloudWatch pricing (2026)";
const NAT = "cloudburn.io, NAT gateway pricing (February 2026)";

/**
 * List prices of us-east-1 in USD, read in autumn 2026, without the free tier. eu-central-1 is up to a fifth dearer. The one
 * place where a price stands.
 */
export const PRICES = {
  lambdaRequests: price(0.2, M, "invocations", LAMBDA),
  lambdaTime: price(0.0000133334, 1, "GB-s on arm64", LAMBDA),
  lambdaWarm: price(
    0.0000033334,
    1,
    "GB-s kept warm on arm64",
    "derived: four fifths of x86's 0.0000041667, as for the time",
  ),
  httpApi: price(1, M, "API requests", "apigatewaycost.com/aws"),
  sqs: price(0.4, M, "SQS requests", "cloudburn.io, SQS pricing (March 2026)"),
  writes: price(0.625, M, "write units", DYNAMODB),
  reads: price(0.125, M, "read units", DYNAMODB),
  tableStorage: price(0.25, 1, "GB-months of table", "aws.amazon.com/dynamodb/pricing"),
  tableRecovery: price(0.2, 1, "GB-months of table recovery", "general knowledge, not confirmed"),
  key: price(1, 1, "KMS keys", "aws.amazon.com/kms/pricing; each of the first two yearly rotations adds as much"),
  keyRequests: price(0.03, 10_000, "KMS requests", "wring.co, KMS pricing"),
  secret: price(0.4, 1, "secrets", "hivebook.wiki, Secrets Manager"),
  secretReads: price(0.05, 10_000, "secret reads", "hivebook.wiki, Secrets Manager"),
  alarm: price(0.1, 1, "alarms", "c3x.dev, CloudWatch alarms"),
  metric: price(0.3, 1, "metrics", "signoz.io, CloudWatch pricing (February 2026); by the hour in which it is written"),
  dashboard: price(3, 1, "dashboards", CLOUDWATCH),
  logs: price(0.5, 1, "GB of log written", CLOUDWATCH),
  logStorage: price(0.03, 1, "GB-months of log", CLOUDWATCH),
  traces: price(5, M, "traces", "aws.amazon.com/xray/pricing"),
  natHour: price(0.045, 1, "hours of NAT gateway", NAT),
  addressHour: price(0.005, 1, "hours of public IPv4 address", NAT),
} satisfies Record<string, Price>;
