// Small courtesies of forms.

/** Moves the focus to the error summary, so that it is read first. */
export function focusErrors(root) {
  root.querySelector(".govuk-error-summary")?.focus();
}

/** A form marked data-once is not sent twice by a double click; the server's key guards it besides. */
export function onceOnly(root) {
  root.querySelectorAll("form[data-once]").forEach((form) =>
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    }),
  );
  window.addEventListener("pageshow", () =>
    root.querySelectorAll("form[data-once]").forEach((form) => delete form.dataset.sent),
  );
}

/** Warns before leaving a form whose answers are not saved yet. */
export function dirtyForms(root) {
  root.querySelectorAll("form[data-guard]").forEach((form) => {
    let dirty = false;
    form.addEventListener("input", () => (dirty = true));
    form.addEventListener("submit", () => (dirty = false));
    window.addEventListener("beforeunload", (event) => dirty && event.preventDefault());
  });
}
