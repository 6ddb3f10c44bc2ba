import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

/** `.ci/install-chromium` looks in the same places, and installs one where there is none. */
const KNOWN = [
  process.env["CHROMIUM"] ?? "",
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  chromium.executablePath(),
];

/** The browser of this machine, for tests and pictures; undefined where there is none. */
export const findChromium = (): string | undefined => KNOWN.find((path) => path !== "" && existsSync(path));
