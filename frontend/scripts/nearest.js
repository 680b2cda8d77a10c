// 就近办: on asking, and only then, the browser's position is sent once and nothing is kept.
// The answer's pieces go into the places that wait for them. Without this file one chooses a division.
const WAIT = 15000; // milliseconds for the browser to find out where it is

function position() {
  return new Promise((found, failed) => {
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: WAIT, maximumAge: 60000 });
  });
}

function enhance(form) {
  if (!navigator.geolocation) return;
  const slots = [...document.querySelectorAll("[data-near-slot]")];
  if (!slots.length) return;
  const status = form.querySelector("[data-nearest-status]");
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    status.textContent = status.dataset.asking;
    try {
      const { coords } = await position();
      const body = new FormData(form);
      // Three decimals are about a hundred metres: enough for a hall, less than a front door.
      body.set("lon", coords.longitude.toFixed(3));
      body.set("lat", coords.latitude.toFixed(3));
      slots.forEach((slot) => body.append("item", slot.dataset.nearSlot));
      const answer = await fetch(form.action, { method: "POST", body });
      if (!answer.ok) throw new Error("no answer");
      const pieces = document.createElement("div");
      pieces.innerHTML = await answer.text();
      slots.forEach((slot) => {
        const piece = pieces.querySelector(`[data-near-item="${slot.dataset.nearSlot}"]`);
        if (piece) slot.replaceChildren(...piece.childNodes);
      });
      status.textContent = status.dataset.done;
    } catch {
      status.textContent = status.dataset.refused;
    }
  });
}

export function nearest(root) {
  root.querySelectorAll("form[data-nearest]").forEach(enhance);
}
