// The chat panel: the link at the bottom right opens it in the page. Without this file the link leads to /assist/.
import htmx from "htmx.org";

function enhance(link) {
  const panel = document.createElement("section");
  panel.className = "tb-chat";
  panel.id = "tb-chat";
  panel.setAttribute("role", "dialog");
  panel.setAttribute("aria-label", link.textContent.trim());
  panel.hidden = true;
  const head = document.createElement("div");
  head.className = "tb-chat__head";
  const title = document.createElement("strong");
  title.textContent = link.textContent.trim();
  const shut = document.createElement("button");
  shut.type = "button";
  shut.className = "tb-chat__close";
  shut.textContent = link.dataset.close;
  head.append(title, shut);
  const body = document.createElement("div");
  body.className = "tb-chat__body";
  panel.append(head, body);
  link.after(panel);
  link.setAttribute("role", "button");
  link.setAttribute("aria-expanded", "false");
  link.setAttribute("aria-controls", panel.id);
  let loaded = false;

  function close() {
    panel.hidden = true;
    link.hidden = false;
    link.setAttribute("aria-expanded", "false");
    document.documentElement.classList.remove("tb-chat-shown");
    link.focus();
  }
  function down() {
    const log = body.querySelector(".tb-chat__log");
    const last = log && log.querySelector(".tb-chat__asked:last-of-type, .tb-chat__said:last-of-type");
    if (log) log.scrollTop = last ? log.scrollHeight : 0;
  }
  async function open(event) {
    event.preventDefault();
    if (!loaded) {
      try {
        const answer = await fetch("/assist/panel/");
        if (!answer.ok) throw new Error("no panel");
        body.innerHTML = await answer.text();
      } catch {
        window.location.assign(link.href);
        return;
      }
      htmx.process(body);
      loaded = true;
    }
    panel.hidden = false;
    link.hidden = true;
    link.setAttribute("aria-expanded", "true");
    document.documentElement.classList.add("tb-chat-shown");
    down();
    body.querySelector("textarea").focus();
  }
  link.addEventListener("click", open);
  link.addEventListener("keydown", (event) => { if (event.key === " ") open(event); });
  shut.addEventListener("click", close);
  panel.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { event.preventDefault(); close(); return; }
    const field = event.target;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && field.matches("textarea")) {
      event.preventDefault();
      field.form.requestSubmit();
    }
  });
  // The field is emptied when its words are sent, not when the reply comes: one may type on while waiting.
  let sent = "";
  body.addEventListener("htmx:beforeSend", () => {
    const field = body.querySelector("textarea");
    sent = field.value;
    field.value = "";
  });
  body.addEventListener("htmx:afterRequest", (event) => {
    const field = body.querySelector("textarea");
    if (!event.detail.successful) {
      if (!field.value) field.value = sent;
      return;
    }
    field.focus();
    down();
  });
}

export function chat(root) {
  root.querySelectorAll("[data-chat]").forEach(enhance);
}
