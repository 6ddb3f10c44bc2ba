/** AWS's price for a quantity. */
export interface Price {
  usd: number;
  per: number;
  /** The unit; of time, a month. */
  unit: string;
  /** AWS's own page that lists it. */
  source: string;
}

const price = (usd: number, per: number, unit: string, source: string): Price => ({ usd, per, unit, source });

const M = 1_000_000;
const LAMBDA = "aws.amazon.com/lambda/pricing";
const DYNAMODB = "aws.amazon.com/dynamodb/pricing/on-demand";
const CLOUDWATCH = "aws.amazon.com/cloudwatch/pricing";
const VPC = "aws.amazon.com/vpc/pricing";
const KMS = "aws.amazon.com/kms/pricing";
const SECRETS = "aws.amazon.com/secrets-manager/pricing";

/**
 * List prices of us-east-1 in USD without the free tier, from copies of AWS's pages of autumn 2026: compare them
 * with the page before you rely on one. eu-central-1 is up to a fifth more expensive. No other file has a price.
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
  httpApi: price(1, M, "API requests", "aws.amazon.com/api-gateway/pricing"),
  sqs: price(0.4, M, "SQS requests", "aws.amazon.com/sqs/pricing"),
  writes: price(0.625, M, "write units", DYNAMODB),
  reads: price(0.125, M, "read units", DYNAMODB),
  tableStorage: price(0.25, 1, "GB-months of table", DYNAMODB),
  tableRecovery: price(0.2, 1, "GB-months of table recovery", `${DYNAMODB}; from memory, not confirmed`),
  key: price(1, 1, "KMS keys", `${KMS}; each of the first two yearly rotations adds as much`),
  keyRequests: price(0.03, 10_000, "KMS requests", KMS),
  secret: price(0.4, 1, "secrets", SECRETS),
  secretReads: price(0.05, 10_000, "secret reads", SECRETS),
  alarm: price(0.1, 1, "alarms", CLOUDWATCH),
  metric: price(0.3, 1, "metrics", `${CLOUDWATCH}; by the hour in which it is written`),
  dashboard: price(3, 1, "dashboards", CLOUDWATCH),
  logs: price(0.5, 1, "GB of log written", CLOUDWATCH),
  logStorage: price(0.03, 1, "GB-months of log", CLOUDWATCH),
  traces: price(5, M, "traces", "aws.amazon.com/xray/pricing"),
  natHour: price(0.045, 1, "hours of NAT gateway", VPC),
  addressHour: price(0.005, 1, "hours of public IPv4 address", VPC),
} satisfies Record<string, Price>;
