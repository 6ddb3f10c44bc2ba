import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { drawTerminal, type SaidLine } from "./demo-picture/draw-terminal.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

await new Command("npm run demo-picture --")
  .description("Runs npm run demo and draws what it prints, as it comes, as an animated SVG.")
  .option("--out <file>", "where to", "docs/demo.svg")
  .action(async ({ out }: { out: string }) => {
    const lines = await demoLines();
    writeFileSync(out, drawTerminal("npm run demo", lines));
    console.log(`${out} shows ${lines.length} lines of npm run demo.`);
  })
  .parseAsync();

/** @throws where the demo fails */
async function demoLines(): Promise<SaidLine[]> {
  const child = spawn(process.execPath, ["local/demo/demo.ts"], { cwd: ROOT, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const began = Date.now();
  const lines: SaidLine[] = [];
  for await (const text of createInterface({ input: child.stdout })) lines.push({ at: Date.now() - began, text });
  const code = await ended;
  if (code !== 0) throw new Error(`npm run demo ended with ${code}.`);
  // Its port is another one each time.
  return lines.map(({ at, text }) => ({ at, text: text.replace(/127\.0\.0\.1:\d+/, "127.0.0.1:3000") }));
}
