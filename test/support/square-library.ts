import { createRequire, Module } from "node:module";
import { dirname, join } from "node:path";

/** Square's own check of a webhook, as the package `square` has it. */
interface WebhooksHelper {
  verifySignature(request: {
    requestBody: string;
    signatureHeader: string;
    signatureKey: string;
    notificationUrl: string;
  }): Promise<boolean>;
}

const load = createRequire(import.meta.url);

/**
 * Only the file with the check. The errors that it throws would load the whole package, 1,650 files, which takes a second:
 * it throws plain errors here.
 */
export function squareWebhooksHelper(): WebhooksHelper {
  const folder = dirname(load.resolve("square"));
  const errors = join(folder, "errors", "index.js");
  const stub = new Module(errors);
  stub.exports = { SquareError: Error };
  stub.loaded = true;
  load.cache[errors] ??= stub;
  return load(join(folder, "wrapper", "WebhooksHelper.js")).WebhooksHelper;
}
