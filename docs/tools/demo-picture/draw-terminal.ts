import { escaped } from "../dashboard-picture/svg.ts";

/** A line of output, and when it came: ms after the start. */
export interface SaidLine {
  at: number;
  text: string;
}

const [CHARACTER, LINE, EDGE, TOP] = [7.25, 18, 18, 44];
/** Longer lines end in "…". */
const LONGEST = 200;
/** How long the next line takes at most and at least, seconds. */
const [MOST, LEAST] = [1.2, 0.12];
/** How long the whole stays before it begins again, seconds. */
const STAYS = 8;

/** A terminal in which the lines appear one after the other, again and again. */
export function drawTerminal(command: string, lines: readonly SaidLine[]): string {
  const shown = lines.map(({ text }) => (text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text));
  const width = Math.ceil(Math.max(60, ...shown.map((text) => text.length)) * CHARACTER) + 2 * EDGE;
  const height = TOP + (shown.length + 2) * LINE;
  const starts = startsOf(lines);
  const length = (starts.at(-1) ?? 0) + STAYS;
  const texts = shown.map((text, index) => {
    const share = ((starts[index] ?? 0) / length).toFixed(4);
    const animation = `<animate attributeName="opacity" dur="${length.toFixed(2)}s" repeatCount="indefinite" calcMode="discrete" values="0;1" keyTimes="0;${share}"/>`;
    return `<text x="${EDGE}" y="${TOP + (index + 1) * LINE}" fill="${colour(text)}">${animation}${escaped(spaced(text))}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="ui-monospace, Menlo, Consolas, monospace" font-size="12">
<title>${escaped(`What ${command} prints`)}</title>
<rect width="${width}" height="${height}" rx="8" fill="#151816"/>
<circle cx="20" cy="16" r="5" fill="#e0604c"/><circle cx="38" cy="16" r="5" fill="#e6b93e"/><circle cx="56" cy="16" r="5" fill="#5fae5c"/>
<text x="${EDGE}" y="${TOP}" fill="#7fd1a5">$ ${escaped(command)}</text>
${texts.join("\n")}
</svg>
`;
}

/** Seconds after which each line appears: as it came, but without long waits. */
function startsOf(lines: readonly SaidLine[]): number[] {
  let at = 0.8;
  return lines.map((line, index) => {
    const waited = (line.at - (lines[index - 1]?.at ?? 0)) / 1000;
    at += Math.min(MOST, Math.max(LEAST, waited));
    return at;
  });
}

/** An SVG joins ordinary spaces, which would break the table's columns. */
const spaced = (text: string): string => text.replaceAll(" ", "\u00a0");

function colour(text: string): string {
  if (/\brejected\b|refused/.test(text)) return "#ff9d8d";
  if (/^Now each provider/.test(text)) return "#7fd1a5";
  return /^[-\s]+$|^what happened/.test(text) ? "#a2aca5" : "#e6eae7";
}
