// Enhancements of the citizen pages. Every page works without this file.
import htmx from "htmx.org";
import { chat } from "./chat.js";
import { nearest } from "./nearest.js";
import { showIf } from "./show-if.js";
import { suggestions } from "./suggest.js";
import { uploads } from "./uploads.js";
import { onceOnly, focusErrors, dirtyForms } from "./forms.js";

// The content policy forbids evaluated code and injected styles.
htmx.config.allowEval = false;
htmx.config.includeIndicatorStyles = false;
htmx.config.selfRequestsOnly = true;

function start() {
  focusErrors(document);
  showIf(document);
  uploads(document);
  suggestions(document);
  nearest(document);
  chat(document);
  onceOnly(document);
  dirtyForms(document);
}

if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
else start();
