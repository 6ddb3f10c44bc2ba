export * from "../support/global-setup.ts";
