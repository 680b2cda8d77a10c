// Sends a chosen file at once with a progress bar; without scripts the form's own button does it.
function send(form, file, box) {
  const limit = Number(form.dataset.maxBytes || 0);
  if (limit && file.size > limit) {
    say(box, form.dataset.tooLarge);
    return;
  }
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.setAttribute("aria-label", form.dataset.sending);
  say(box, form.dataset.sending);
  box.append(bar);
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("X-Requested-With", "XMLHttpRequest");
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = Math.round((100 * event.loaded) / event.total);
  });
  request.addEventListener("load", () => {
    bar.remove();
    // The answer is the whole page again: with the attached file, or with the error beside its field.
    if (request.getResponseHeader("content-type")?.includes("text/html")) {
      const anchor = request.status < 400 ? form.dataset.anchor : "";
      if (anchor) history.replaceState(null, "", request.responseURL + anchor);
      replacePage(request.responseText, anchor);
    } else say(box, form.dataset.failed);
  });
  request.addEventListener("error", () => {
    bar.remove();
    say(box, form.dataset.failed);
  });
  request.send(new FormData(form));
}

function say(box, words) {
  let line = box.querySelector("[role=status]");
  if (!line) {
    line = document.createElement("p");
    line.setAttribute("role", "status");
    box.append(line);
  }
  line.textContent = words;
}

function replacePage(html, anchor) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const main = page.querySelector("main");
  const here = document.querySelector("main");
  if (!main || !here) {
    window.location.reload();
    return;
  }
  here.replaceWith(document.adoptNode(main));
  uploads(document);
  const part = anchor && document.querySelector(anchor);
  if (part) {
    part.tabIndex = -1;
    part.focus();
    part.scrollIntoView({ block: "center" });
    return;
  }
  document.querySelector(".govuk-error-summary")?.focus();
  window.scrollTo(0, 0);
}

export function uploads(root) {
  root.querySelectorAll("form[data-upload]").forEach((form) => {
    const box = form.querySelector(".tb-upload");
    const input = form.querySelector("input[type=file]");
    input.addEventListener("change", () => input.files.length && send(form, input.files[0], box));
    box.addEventListener("dragover", (event) => {
      event.preventDefault();
      box.classList.add("tb-upload--over");
    });
    box.addEventListener("dragleave", () => box.classList.remove("tb-upload--over"));
    box.addEventListener("drop", (event) => {
      event.preventDefault();
      box.classList.remove("tb-upload--over");
      if (!event.dataTransfer.files.length) return;
      input.files = event.dataTransfer.files;
      send(form, input.files[0], box);
    });
  });
}
