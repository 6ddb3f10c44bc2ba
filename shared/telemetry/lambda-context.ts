import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { logger } from "./logger.ts";

/**
 * Middy middleware for every handler: adds Lambda's request ID (`function_request_id`) and `cold_start` to each log line of
 * the invocation. https://docs.powertools.aws.dev/lambda/typescript/latest/features/logger/#capturing-lambda-context-info
 */
export const lambdaContext = () => injectLambdaContext(logger);
