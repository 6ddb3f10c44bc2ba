import { html } from "htm/preact";
import type { VNode } from "preact";
import { useState } from "preact/hooks";
import * as z from "zod/mini";
import { readCatalogText } from "../../operator/catalog-file.ts";
import { importCatalog, importedText } from "../../operator/catalog-import.ts";
import { previewCatalog, searchCatalog, textOf } from "../../operator/catalog-search.ts";
import { CommandError } from "../../operator/command-error.ts";
import { shellWord } from "../../shared/shell-word.ts";
import { destinationPath } from "../../shared/stage/config.ts";
import type { Act, ServerPage, View, Visit } from "../page.ts";
import { ActButton } from "../parts/act-button.ts";
import { Empty } from "../parts/empty.ts";
import { Rows } from "../parts/rows.ts";

export const Data = z.object({
  destinations: z.array(z.string()),
  destination: z.nullable(z.string()),
  rows: z.array(
    z.object({
      sku: z.string(),
      productId: z.nullable(z.string()),
      variantId: z.nullable(z.string()),
      providerSku: z.nullable(z.string()),
      packSize: z.nullable(z.number()),
    }),
  ),
  more: z.boolean(),
});
type Data = z.infer<typeof Data>;

/** SKUs of a page. */
const PAGE = 100;
/** Lines that are named in a result. */
const NAMED = 200;

const Importing = z.object({
  destination: z.string(),
  /** Name of the file, for the record. */
  file: z.string(),
  text: z.string().check(z.minLength(1, "the file is empty")),
  removing: z.boolean(),
});
type Importing = z.infer<typeof Importing>;

/** @throws CommandError */
function requireDestination({ stage }: Visit, destination: string): void {
  const known = stage.config.destinations.map(destinationPath);
  if (!known.includes(destination))
    throw new CommandError(`The stage has no destination ${destination}; it has ${known.join(", ")}.`);
}

const rowsOf = ({ text, file, removing }: Importing) => readCatalogText([text], file, { removing });

const load: Act<typeof Importing> = {
  input: Importing,
  async plan(visit, input) {
    const { destination, file, removing } = input;
    const { stage } = visit;
    requireDestination(visit, destination);
    const preview = await previewCatalog(rowsOf(input), destination, { table: stage.table, removing });
    const { added, changed, removed, same, wrong, changes, problems } = preview;
    if (added + changed + removed === 0 && wrong === 0) throw new CommandError("The catalog has all of it as it is.");
    return {
      will: [
        removing ? `remove ${removed} SKUs` : `add ${added} SKUs and change ${changed}`,
        `leave ${same} as they are, and every SKU that the file does not name`,
        ...changes.map(({ sku, before, after }) => `${sku}: ${textOf(before)} → ${textOf(after)}`),
        ...(added + changed + removed > changes.length
          ? [`and ${added + changed + removed - changes.length} more`]
          : []),
        ...(wrong > 0 ? [`leave out ${wrong} invalid lines`] : []),
        ...problems.map(({ line, says }) => `line ${line}: ${says}`),
        `record that ${stage.who} did it`,
      ],
      undo: "To undo it, import the former values: a row replaces all of its SKU's former entry.",
      command: `npm run catalog -- --stage ${shellWord(stage.env.stage)} --destination ${shellWord(destination)}${removing ? " --remove" : ""} ${shellWord(file)}`,
      agree: removing ? "Remove" : "Import",
    };
  },
  async run(visit, input, progress) {
    const { destination, file, removing } = input;
    requireDestination(visit, destination);
    const lines: string[] = [];
    const options = { destination, file, removing, dryRun: false };
    const read = await importCatalog(rowsOf(input), options, visit.stage, {
      problem: ({ line, says }) => {
        if (lines.length < NAMED) lines.push(`line ${line}: ${says}`);
      },
      progress,
    });
    const href = `/console/catalog?destination=${encodeURIComponent(destination)}`;
    return {
      said: `${importedText(read, { removing, dryRun: false })}.`,
      lines,
      link: { href, text: `Catalog of ${destination}` },
    };
  },
};

export const page = {
  name: "catalog",
  path: "/console/catalog",
  nav: "Catalog",
  title: () => "Catalog",
  async load(visit) {
    const { stage, url } = visit;
    const destinations = stage.config.destinations.map(destinationPath);
    const destination = url.searchParams.get("destination") || destinations[0] || null;
    if (destination === null) return { destinations, destination, rows: [], more: false };
    requireDestination(visit, destination);
    const prefix = url.searchParams.get("sku") ?? "";
    const { rows, more } = await searchCatalog(stage.table, destination, { prefix, most: PAGE });
    return {
      ...{ destinations, destination, more },
      rows: rows.map(({ sku, entry: { productId = null, variantId = null, providerSku = null, packSize = null } }) => ({
        ...{ sku, productId, variantId, providerSku, packSize },
      })),
    };
  },
  acts: { import: load },
} satisfies ServerPage<typeof Data>;

export const view: View<Data> = ({ data: { destinations, destination, rows, more }, url }) => {
  const prefix = url.searchParams.get("sku") ?? "";
  if (destination === null) return html`<${Empty}>The stage has no destination<//>`;
  return html`<section>
    <p>How a destination calls our SKUs, where its own lists do not say it.</p>
    <form class="filters" method="get" action="/console/catalog" aria-label="Which SKUs are listed">
      <label>Destination <select name="destination">${destinations.map((one) => html`<option key=${one} value=${one} selected=${one === destination}>${one}</option>`)}</select></label>
      <label>SKU begins with <input name="sku" value=${prefix} autocomplete="off" spellcheck=${false} /></label>
      <button type="submit">Show</button>
    </form>
    ${
      rows.length === 0
        ? html`<${Empty}>${prefix === "" ? `The catalog of ${destination} is empty` : `No SKU of ${destination} begins with it`}<//>`
        : html`<${Rows} caption=${`Catalog of ${destination}`} columns=${["SKU", "Product ID", "Variant ID", "Provider's SKU", "Pack size"]}
            rows=${rows.map(({ sku, productId, variantId, providerSku, packSize }) => ({
              key: sku,
              cells: [html`<code>${sku}</code>`, productId ?? "", variantId ?? "", providerSku ?? "", packSize ?? ""],
            }))} />`
    }
    ${more && html`<p class="quiet">The first ${PAGE} SKUs. Type how the one that you look for begins.</p>`}
    <${Import} key=${destination} destination=${destination} />
  </section>`;
};

function Import({ destination }: { destination: string }): VNode {
  const [text, setText] = useState("");
  const [file, setFile] = useState("console.csv");
  const [removing, setRemoving] = useState(false);
  const typed = (event: { currentTarget: HTMLTextAreaElement }) => setText(event.currentTarget.value);
  const chosen = (event: { currentTarget: HTMLInputElement }) => {
    const [first] = event.currentTarget.files ?? [];
    if (!first) return;
    setFile(first.name);
    void first.text().then(setText);
  };
  const label = removing ? `Remove from the catalog of ${destination}` : `Import into the catalog of ${destination}`;
  return html`<section class="box">
    <h2>Import</h2>
    <p class="quiet">CSV whose first line is <code>sku,productId,variantId,providerSku,packSize</code>. What changes is shown before anything is written.</p>
    <p><label>A file <input type="file" accept=".csv,text/csv,text/plain" onChange=${chosen} /></label></p>
    <p><label>CSV <textarea rows="6" cols="60" value=${text} onInput=${typed} spellcheck=${false}></textarea></label></p>
    <p><label><input type="checkbox" checked=${removing} onChange=${() => setRemoving(!removing)} /> Remove these SKUs instead</label></p>
    <p class="acts"><${ActButton} act="import" label=${removing ? "Show what is removed" : "Show what changes"} kind="primary" hint=${label} input=${{ destination, file, text, removing }} /></p>
  </section>`;
}
