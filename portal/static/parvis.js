// Everything works without this file: it moves the focus where a sighted person would look, and saves a gesture or two.
"use strict";
(() => {
  const summary = document.querySelector("[data-focus-at-load]");
  if (summary) summary.focus();
  for (const button of document.querySelectorAll("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
  // A second click on a button that is already sending does nothing: the server would ignore it anyway.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sending) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "1";
    form.setAttribute("aria-busy", "true");
    const status = document.getElementById("status");
    if (status && form.dataset.wait) status.textContent = form.dataset.wait;
  });
  // « Utiliser ma position »: asked of the browser, which asks the person; without it, the place is typed.
  const locate = document.querySelector("[data-locate]");
  if (locate && navigator.geolocation) {
    locate.hidden = false;
    locate.addEventListener("click", () => {
      const form = locate.closest("form");
      const say = (text) => (document.getElementById("status").textContent = text);
      say(locate.dataset.wait);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          form.elements.latitude.value = coords.latitude.toFixed(5);
          form.elements.longitude.value = coords.longitude.toFixed(5);
          form.elements.etape.value = "position";
          form.requestSubmit();
        },
        () => {
          say("");
          const told = locate.querySelector("span") || locate.appendChild(document.createElement("span"));
          told.setAttribute("role", "alert");
          told.textContent = ` ${locate.dataset.failed}`;
        },
        { timeout: 10000 },
      );
    });
  }
  // Coming back with the browser's arrow gives a form that may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sending]")) {
      delete form.dataset.sending;
      form.removeAttribute("aria-busy");
    }
  });
})();
