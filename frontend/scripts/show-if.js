// Shows and hides fields that depend on another answer. The server decides again on every save.
function answer(form, name) {
  const boxes = form.querySelectorAll(`[name="${CSS.escape(name)}"]`);
  const values = [];
  boxes.forEach((box) => {
    if (box.type === "radio" || box.type === "checkbox") {
      if (box.checked) values.push(box.value);
    } else values.push(box.value);
  });
  return values;
}

function matches(form, rule) {
  return Object.entries(rule).every(([name, wanted]) => {
    if (!form.querySelector(`[name="${CSS.escape(name)}"]`)) return true;
    const accepted = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
    return answer(form, name).some((value) => accepted.includes(value));
  });
}

export function showIf(root) {
  root.querySelectorAll("form").forEach((form) => {
    const dependants = form.querySelectorAll("[data-show-if]");
    if (!dependants.length) return;
    const update = () =>
      dependants.forEach((group) => {
        const shown = matches(form, JSON.parse(group.dataset.showIf));
        group.hidden = !shown;
        group.querySelectorAll("input, select, textarea").forEach((box) => (box.disabled = !shown));
      });
    form.addEventListener("change", update);
    update();
  });
}
