/** j and k walk the rows of a page (`data-row`), Enter follows the row's first link; `/` goes to the search. */
export function walkByKeys(): void {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
    const { target } = event;
    const isTyping =
      target instanceof HTMLElement && (target.isContentEditable || target.matches("input, textarea, select"));
    if (isTyping) {
      if (event.key === "Escape" && target.matches("input[type=search]")) target.blur();
      return;
    }
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "/") {
      event.preventDefault();
      const box = document.querySelector("input[type=search]");
      if (box instanceof HTMLInputElement) box.focus();
    } else if (event.key === "j" || event.key === "k") {
      event.preventDefault();
      step(event.key === "j" ? 1 : -1);
    }
  });
}

function step(by: 1 | -1): void {
  const rows = [...document.querySelectorAll("[data-row]")].filter((row) => row.querySelector("a[href], button"));
  const active = document.activeElement;
  const at = rows.findIndex((row) => row.contains(active));
  const next = at < 0 ? (by > 0 ? 0 : rows.length - 1) : Math.min(rows.length - 1, Math.max(0, at + by));
  const link = rows[next]?.querySelector("a[href], button");
  if (link instanceof HTMLElement) link.focus();
}
