import { Logger } from "@aws-lambda-powertools/logger";

/** Only for log.ts, which decides what a line may contain (design.md P7), and lambda-context.ts. */
export const logger = new Logger({ serviceName: "order-relay" });
