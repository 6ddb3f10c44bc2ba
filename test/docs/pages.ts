import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../support/dependency-rules.ts";

/** A page that people read, by its path from the root. */
export interface Page {
  path: string;
  text: string;
}

const inFolder = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name).slice(ROOT.length));

export const pages: Page[] = ["README.md", "CHANGELOG.md", ...inFolder("docs")].map((path) => ({
  path,
  text: readFileSync(join(ROOT, path), "utf8"),
}));

/** Headings as the pages of GitHub link them: lower case, hyphens for spaces, nothing else. */
export const anchorsOf = (text: string): Set<string> =>
  new Set(
    [...text.replaceAll(/^```[\s\S]*?^```/gm, "").matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
      heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N} _-]/gu, "")
        .replaceAll(" ", "-"),
    ),
  );

/** What a page says in code: blocks line by line, and words in backticks. */
export function codeOf(text: string): string[] {
  const blocks = [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].flatMap(([, block = ""]) =>
    block.replaceAll(/\\\n\s*/g, "").split("\n"),
  );
  const words = [...text.replaceAll(/^ *```[\s\S]*?^ *```/gm, "").matchAll(/`([^`]+)`/g)].map(([, word = ""]) => word);
  return [...blocks, ...words].map((line) => line.trim());
}
