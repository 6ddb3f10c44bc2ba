import { StageConfigError } from "./stage-file/stage-config-error.ts";
import { synthesise } from "./synthesise.ts";

try {
  await synthesise();
} catch (error) {
  if (!(error instanceof StageConfigError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
