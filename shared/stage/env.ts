import * as z from "zod/mini";

const LOOPBACK = /^http:\/\/127\.0\.0\.1:\d+$/;

const Variables = z.object({
  STAGE: z.string().check(z.minLength(1)),
  ACCOUNT_ID: z.string().check(z.regex(/^\d{12}$/, "an AWS account ID of 12 digits")),
  AWS_REGION: z.string().check(z.minLength(1)),
  AWS_ENDPOINT_URL: z.optional(z.string()),
  CHANNEL_SIMULATORS_URL: z.optional(z.string()),
});

/** Where this function runs. Everything else is in the stage's configuration (load-config.ts). */
export interface Environment {
  stage: string;
  account: string;
  region: string;
  /** Of an emulator. Default: AWS's own endpoints. The SDK's clients read the same variable. */
  endpoint?: string | undefined;
  /**
   * Where the channels' simulators listen, on this machine: calls of channels' hosts go there. Only ever set in the
   * stage `local`: whatever its variables say, a function of any other stage calls the channels themselves.
   */
  simulators?: string | undefined;
}

/** @throws an error that names the variable that is missing or wrong */
export function environment(variables: NodeJS.ProcessEnv = process.env): Environment {
  const parsed = z.safeParse(Variables, variables);
  if (!parsed.success) {
    const names = parsed.error.issues.map((issue) => issue.path.join("."));
    throw new Error(`Environment variables missing or wrong: ${names.join(", ")}`);
  }
  const { STAGE, ACCOUNT_ID, AWS_REGION, AWS_ENDPOINT_URL, CHANNEL_SIMULATORS_URL } = parsed.data;
  const simulators = STAGE === "local" ? CHANNEL_SIMULATORS_URL : undefined;
  if (simulators !== undefined && !LOOPBACK.test(simulators)) {
    throw new Error("Environment variables missing or wrong: CHANNEL_SIMULATORS_URL");
  }
  return { stage: STAGE, account: ACCOUNT_ID, region: AWS_REGION, endpoint: AWS_ENDPOINT_URL || undefined, simulators };
}
