import asyncHooks from "node:async_hooks";

/**
 * Node's test runner follows every promise, so as to name the test that left an error unawaited; that takes up to two
 * thirds of the time of a test of many promises. The test scripts import this file before the runner's part that does it
 * is loaded. An unawaited error still fails its file (untracked-promises.test.ts).
 */
const { createHook } = asyncHooks;
const none: asyncHooks.AsyncHook = { enable: () => none, disable: () => none };
asyncHooks.createHook = () => none;
await import("node:test");
asyncHooks.createHook = createHook;
