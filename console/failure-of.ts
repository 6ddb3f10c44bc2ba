import { errorSentence } from "../operator/error-sentence.ts";
import { NotFound } from "./page.ts";
import type { Failure } from "./shell.ts";

const CREDENTIALS =
  /^(CredentialsProviderError|ExpiredToken(Exception)?|TokenRefreshRequired|UnrecognizedClientException|InvalidClientTokenId|InvalidAccessKeyId|RequestExpired|TokenProviderError)$/;
const DENIED = /^((Kms)?AccessDenied(Exception)?|UnauthorizedOperation)$/;
const THROTTLED =
  /^(Throttling(Exception)?|ThrottledException|(Request|Kms)Throttled|ProvisionedThroughputExceededException|TooManyRequestsException|RequestLimitExceeded|SlowDown)$/;
/** Of node's sockets and the SDK's timeouts: the machine is offline, or AWS does not answer. */
const UNREACHED =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ETIMEDOUT|EPIPE|TimeoutError)$/;

/** Whether new credentials help: the stage is opened again then. */
export const isOfCredentials = (error: unknown): boolean => error instanceof Error && CREDENTIALS.test(error.name);

/** An error for the reader: what it is, and what helps. @param profile AWS_PROFILE */
export function failureOf(
  error: unknown,
  profile: string | undefined,
): Failure & { status: 403 | 404 | 422 | 500 | 503 } {
  if (error instanceof NotFound) return { status: 404, title: "Not found", sentence: error.message };
  if (isOfCredentials(error)) {
    return {
      status: 503,
      title: "Your AWS credentials are missing or expired",
      sentence:
        "Renew them with this command, or as your organisation does it. The page goes on by itself then; credentials in the environment need a new start of the console.",
      command: `aws sso login${profile === undefined ? "" : ` --profile ${profile}`}`,
    };
  }
  const sentence = errorSentence(error);
  if (error instanceof Error && DENIED.test(error.name)) {
    return { status: 403, title: "Your AWS permissions do not allow this", sentence: sentence ?? error.message };
  }
  if (error instanceof Error && THROTTLED.test(error.name)) {
    return {
      status: 503,
      title: "AWS throttles this",
      sentence: "Too many requests at once. The page tries again by itself.",
    };
  }
  const unreached = whyUnreached(error);
  if (unreached !== undefined) {
    return {
      status: 503,
      title: "AWS cannot be reached",
      sentence: `${unreached}. Is this machine online? The page tries again by itself.`,
    };
  }
  if (sentence !== undefined) return { status: 422, title: "This cannot be done", sentence };
  return {
    status: 500,
    title: "The console itself failed",
    sentence: `${error instanceof Error ? error.name : "An unknown error"}. The terminal in which it runs says more.`,
  };
}

/** @returns node's code or the SDK's name of it; undefined where AWS answered */
function whyUnreached(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = "code" in error && typeof error.code === "string" ? error.code : error.name;
  return UNREACHED.test(code) ? code : undefined;
}
