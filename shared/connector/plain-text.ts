/** Entities that WordPress and Etsy write into names of products and methods; the rest they write as characters. */
const NAMED: Readonly<Record<string, string>> = {
  ...{ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: " ", ndash: "–", mdash: "—", hellip: "…" },
  ...{ lsquo: "‘", rsquo: "’", ldquo: "“", rdquo: "”", laquo: "«", raquo: "»", bull: "•", middot: "·" },
  ...{ deg: "°", times: "×", trade: "™", reg: "®", copy: "©", euro: "€", pound: "£", yen: "¥", cent: "¢" },
};
const ENTITY = /&(?:(\w{2,8})|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));/g;
const HIGHEST = 0x10ffff;

/** A text of the shop's pages as the buyer saw it: `Ship &ndash; Black` becomes `Ship – Black`. */
export function plainText(html: string | undefined): string | undefined {
  return html?.replace(ENTITY, (entity, name: string | undefined, decimal = "", hex = "") => {
    if (name !== undefined) return Object.hasOwn(NAMED, name) ? (NAMED[name] ?? entity) : entity;
    const code = hex === "" ? Number(decimal) : Number.parseInt(hex, 16);
    return code > 0 && code <= HIGHEST ? String.fromCodePoint(code) : entity;
  });
}
