// Keyboard work on staff pages: j/k move through rows, Enter opens, / searches, and any element with
// data-key="x" is pressed by that key. Keys are off while typing.
const typing = (target) => target.closest("input, textarea, select, [contenteditable]");

function move(step) {
  const rows = [...document.querySelectorAll("[data-rows] tr:has(a), [data-rows] li:has(a)")];
  if (!rows.length) return;
  const at = rows.findIndex((row) => row.hasAttribute("data-current"));
  const next = Math.min(rows.length - 1, Math.max(0, at + step));
  rows.forEach((row) => row.removeAttribute("data-current"));
  rows[next].setAttribute("data-current", "");
  rows[next].querySelector("a").focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  if (event.key === "j") move(1);
  else if (event.key === "k") move(-1);
  else if (event.key === "/") document.querySelector("[data-search]")?.focus();
  else {
    const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (!target) return;
    if (target.matches("input, select, textarea")) target.focus();
    else target.click();
  }
  if (["j", "k", "/"].includes(event.key) || document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)) event.preventDefault();
});
