import { Logger } from "@aws-lambda-powertools/logger";

/** For log.ts, which decides what a line may hold (design.md P7), and lambda-context.ts. Nothing else writes with it. */
export const logger = new Logger({ serviceName: "order-relay" });
