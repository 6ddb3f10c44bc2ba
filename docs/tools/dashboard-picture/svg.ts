/** A rectangle on the picture, px. */
export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const INK = "#16191f";
export const FAINT = "#687078";
export const GRID = "#e9ebed";

interface TextStyle {
  size?: number;
  fill?: string;
  bold?: boolean;
  anchor?: "start" | "middle" | "end";
}

export const escaped = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

export const text = (
  words: string,
  x: number,
  y: number,
  { size = 13, fill = INK, bold = false, anchor = "start" }: TextStyle = {},
): string =>
  `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}"${bold ? ' font-weight="600"' : ""}${anchor === "start" ? "" : ` text-anchor="${anchor}"`}>${escaped(words)}</text>`;

export const rectangle = ({ x, y, width, height }: Box, style: string): string =>
  `<rect x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}" ${style}/>`;

export const line = (x1: number, y1: number, x2: number, y2: number, style: string): string =>
  `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" ${style}/>`;

export const round = (value: number): string => String(Math.round(value * 10) / 10);

/** Approximate width in the picture's font. */
export const widthOf = (words: string, size = 13): number => words.length * size * 0.54;
