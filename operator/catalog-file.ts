import { createReadStream } from "node:fs";
import type { CatalogEntry } from "../shared/ledger/catalog.ts";
import { CommandError } from "./command-error.ts";

const COLUMNS = ["sku", "productId", "variantId", "providerSku", "packSize"] as const;
type Column = (typeof COLUMNS)[number];

/** A row of the file, by its line number; `wrong` says why it is rejected. */
export type Row = { line: number } & Content;
type Content = { sku: string; entry: CatalogEntry } | { wrong: string };

/** No line of a catalog is longer, characters. */
const LONGEST_LINE = 64 * 1024;
/** DynamoDB's for a key, bytes. */
const LONGEST_SKU = 1024;
const MOST_PIECES = 1_000_000;

/**
 * Reads a catalog line by line: a SKU or ID holds no line break, so an open quote makes only its own line invalid.
 * The separator is comma, semicolon or tab, as in the header: spreadsheets use their locale's.
 * @param removing only the SKUs count
 * @throws CommandError where the file cannot be read, or its header is not one; nothing was taken from it then
 */
export const readCatalog = (path: string, options: { removing: boolean }): AsyncGenerator<Row> =>
  readCatalogText(createReadStream(path, { encoding: "utf8" }), path, options);

/** As `readCatalog`, of a text that is there already. @param path its name */
export async function* readCatalogText(
  chunks: AsyncIterable<string> | Iterable<string>,
  path: string,
  { removing }: { removing: boolean },
): AsyncGenerator<Row> {
  let header: Header | undefined;
  let line = 0;
  for await (const text of linesOf(chunks, path)) {
    line += 1;
    if (!header) header = headerOf(line === 1 ? text.replace(/^\uFEFF/, "") : text, path, removing);
    else if (text.trim() !== "") yield { line, ...rowOf(text, header, removing) };
  }
  if (!header) throw new CommandError(`${path} is empty: its first line names the columns ${COLUMNS.join(",")}.`);
}

async function* linesOf(chunks: AsyncIterable<string> | Iterable<string>, path: string): AsyncGenerator<string> {
  let rest = "";
  try {
    for await (const chunk of chunks) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) yield line.replace(/\r$/, "");
      if (rest.length > LONGEST_LINE) {
        throw new CommandError(`${path} has a line of more than ${LONGEST_LINE} characters: it is not a catalog.`);
      }
    }
  } catch (error) {
    if (error instanceof Error && "code" in error) throw new CommandError(`${path} cannot be read: ${error.message}`);
    throw error;
  }
  if (rest !== "") yield rest.replace(/\r$/, "");
}

interface Header {
  separator: string;
  columns: Column[];
}

function headerOf(text: string, path: string, removing: boolean): Header {
  const want = `write ${COLUMNS.join(",")}`;
  if (/[\uFFFD\0]/.test(text)) throw new CommandError(`${path} is not UTF-8: save it as "CSV UTF-8".`);
  if (text.includes("\r")) throw new CommandError(`${path} ends its lines with CR alone: save it with LF or CRLF.`);
  const separator = [",", ";", "\t"].find((one) => text.includes(one)) ?? ",";
  const names = cellsOf(text, separator);
  if (names === undefined) throw new CommandError(`${path}, line 1: a quote is not closed; ${want}.`);
  const columns = names.map((name) => {
    const known = COLUMNS.find((column) => column.toLowerCase() === name.trim().toLowerCase());
    if (!known) throw new CommandError(`${path}, line 1: no column is called "${name}"; ${want}.`);
    return known;
  });
  const twice = columns.find((column, at) => columns.indexOf(column) !== at);
  if (twice) throw new CommandError(`${path}, line 1: the column ${twice} appears twice.`);
  if (!columns.includes("sku")) throw new CommandError(`${path}, line 1: the column sku is missing; ${want}.`);
  if (columns.length === 1 && !removing)
    throw new CommandError(`${path}, line 1: there is no column beside sku; ${want}.`);
  return { separator, columns };
}

function rowOf(text: string, { separator, columns }: Header, removing: boolean): Content {
  if (/[\uFFFD\0]/.test(text)) return { wrong: 'is not UTF-8: save the file as "CSV UTF-8"' };
  const cells = cellsOf(text, separator);
  if (cells === undefined) return { wrong: "a quote is not closed, or a quoted value has text before or after it" };
  while (cells.length > columns.length && cells.at(-1) === "") cells.pop();
  if (cells.length !== columns.length) {
    return { wrong: `has ${cells.length} values, and the header names ${columns.length} columns` };
  }
  const value = (column: Column): string => cells[columns.indexOf(column)] ?? "";
  const sku = value("sku");
  if (sku === "") return { wrong: "has no sku" };
  if (Buffer.byteLength(sku) > LONGEST_SKU) return { wrong: `its sku has more than ${LONGEST_SKU} bytes` };
  if (removing) return { sku, entry: {} };

  const shortened = columns.find((column) => /^\d([.,]\d+)?E\+\d+$/i.test(value(column)));
  if (shortened) {
    return {
      wrong: `a spreadsheet has shortened the number in ${shortened} (${value(shortened)}): format that column as text`,
    };
  }
  const pieces = value("packSize");
  if (pieces !== "" && !(/^[1-9]\d*$/.test(pieces) && Number(pieces) <= MOST_PIECES)) {
    return { wrong: `packSize is "${pieces}", not a whole number from 1 to ${MOST_PIECES}` };
  }
  const [productId, variantId, providerSku] = [value("productId"), value("variantId"), value("providerSku")];
  const entry: CatalogEntry = {
    ...(productId && { productId }),
    ...(variantId && { variantId }),
    ...(providerSku && { providerSku }),
    ...(pieces && { packSize: Number(pieces) }),
  };
  if (Object.keys(entry).length === 0) return { wrong: `has no value for SKU ${sku}; to remove SKUs, use --remove` };
  return { sku, entry };
}

/** Of one line, by RFC 4180: bare values trimmed, quoted ones unchanged. Undefined for an invalid line. */
function cellsOf(line: string, separator: string): string[] | undefined {
  const cells: string[] = [];
  for (let at = 0; ; ) {
    const quoted = /^[ ]*"((?:[^"]|"")*)"[ ]*/.exec(line.slice(at));
    const end = line.indexOf(separator, quoted ? at + quoted[0].length : at);
    const stop = end === -1 ? line.length : end;
    if (quoted) {
      if (at + quoted[0].length !== stop) return undefined;
      cells.push(quoted[1]?.replaceAll('""', '"') ?? "");
    } else {
      const bare = line.slice(at, stop).trim();
      if (bare.startsWith('"')) return undefined;
      cells.push(bare);
    }
    if (end === -1) return cells;
    at = end + separator.length;
  }
}
