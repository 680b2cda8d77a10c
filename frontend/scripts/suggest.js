// Suggestions under every search box: an ARIA combobox with a list. Without this file the box just submits.
const WAIT = 160; // milliseconds after the last key

let count = 0;

function enhance(input) {
  const box = input.closest(".tb-searchbox");
  const list = document.createElement("ul");
  const name = `tb-suggestions-${(count += 1)}`;
  list.id = name;
  list.className = "tb-suggestions";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", input.getAttribute("aria-label") || input.placeholder);
  list.hidden = true;
  box.append(list);
  for (const [key, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"], ["aria-controls", name], ["autocomplete", "off"]]) {
    input.setAttribute(key, value);
  }
  let timer = 0;
  let asked = "";
  let at = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];
  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
  function mark(next) {
    const all = options();
    at = (next + all.length) % all.length;
    all.forEach((option, n) => option.setAttribute("aria-selected", String(n === at)));
    input.setAttribute("aria-activedescendant", all[at].id);
    all[at].scrollIntoView({ block: "nearest" });
  }
  // An option holds no link: what is inside an option cannot be reached by its own.
  function go(option) {
    window.location.assign(option.dataset.href);
  }
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) go(option);
  });
  async function ask() {
    const words = input.value.trim();
    asked = words;
    if (!words) return close();
    try {
      const answer = await fetch(`/search/suggestions/?q=${encodeURIComponent(words.slice(0, 100))}`);
      // A late answer to an earlier question is dropped.
      if (!answer.ok || asked !== words || document.activeElement !== input) return;
      list.innerHTML = await answer.text();
    } catch {
      return close();
    }
    options().forEach((option, n) => { option.id = `${name}-${n}`; });
    at = -1;
    list.hidden = options().length === 0;
    input.setAttribute("aria-expanded", String(!list.hidden));
    input.removeAttribute("aria-activedescendant");
  }
  input.addEventListener("input", (event) => {
    window.clearTimeout(timer);
    // Letters still being put together by an input method are no words yet.
    if (!event.isComposing) timer = window.setTimeout(ask, WAIT);
  });
  input.addEventListener("compositionend", () => { timer = window.setTimeout(ask, WAIT); });
  input.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown") { event.preventDefault(); mark(at + 1); }
    else if (event.key === "ArrowUp") { event.preventDefault(); mark(at < 0 ? -1 : at - 1); }
    else if (event.key === "Escape") { event.preventDefault(); close(); }
    else if (event.key === "Enter" && at >= 0) { event.preventDefault(); go(options()[at]); }
  });
  input.addEventListener("blur", () => window.setTimeout(close, 200));
}

export function suggestions(root) {
  root.querySelectorAll(".tb-searchbox__input").forEach(enhance);
}
