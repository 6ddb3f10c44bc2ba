import { StageConfigError } from "../infra/stage-file/stage-config-error.ts";
import { NewerRelease } from "../shared/release.ts";
import { CommandError } from "./command-error.ts";

const HINTS: Record<string, string> = {
  AccessDeniedException: "docs/operator-commands.md lists the permissions that each command needs.",
  AccessDenied: "docs/operator-commands.md lists the permissions that each command needs.",
  CredentialsProviderError: "Log in first (aws sso login), or set AWS_PROFILE.",
  ExpiredTokenException: "Log in again (aws sso login).",
  ExpiredToken: "Log in again (aws sso login).",
  ResourceNotFoundException: "Is the stage deployed in this account and region?",
  QueueDoesNotExist: "Is the stage deployed in this account and region, with this destination?",
};

/** An error for the operator, with what helps; undefined for a bug of ours, which needs its stack trace. */
export function errorSentence(error: unknown): string | undefined {
  if (error instanceof CommandError || error instanceof StageConfigError) return error.message;
  if (error instanceof NewerRelease) return `${error.message}, or run the command from its checkout.`;
  if (!(error instanceof Error)) return undefined;
  const hint = HINTS[error.name];
  return hint === undefined ? undefined : `${error.name}: ${error.message}\n${hint}`;
}
