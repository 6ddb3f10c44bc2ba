import type { TestContext } from "node:test";

/**
 * Compares sentences with the snapshot beside the test file, which has them as plain text for review;
 * `npm run test:wording` writes it. The tests themselves check fields and codes.
 */
export function matchesWording(t: TestContext, sentences: Iterable<readonly [title: string, sentence: string]>): void {
  const text = [...sentences].map(([title, sentence]) => `# ${title}\n${sentence}`).join("\n\n");
  t.assert.snapshot(text, { serializers: [String] });
}
