import { StageMistake } from "./stage-file/stage-config-error.ts";
import { synthesise } from "./synthesise.ts";

try {
  await synthesise();
} catch (error) {
  if (!(error instanceof StageMistake)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
