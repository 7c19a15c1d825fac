// One key, one act. Each is also a link or a field of the page. Switched off on /agents/touches.
"use strict";
(() => {
  const NAME = "parvis-keys-off";
  const store = {
    get off() {
      try {
        return localStorage.getItem(NAME) === "1";
      } catch {
        return false;
      }
    },
    set off(value) {
      try {
        localStorage.setItem(NAME, value ? "1" : "0");
      } catch {}
    },
  };
  const button = document.querySelector("[data-keys-switch]");
  const label = () => (button.textContent = store.off ? button.dataset.off : button.dataset.on);
  if (button) {
    label();
    button.hidden = false;
    button.addEventListener("click", () => {
      store.off = !store.off;
      label();
      document.getElementById("status").textContent = button.textContent;
    });
  }
  const move = (step) => {
    const links = [...document.querySelectorAll(".grid tbody th a")];
    const row = document.activeElement.closest(".grid tbody tr");
    const here = links.findIndex((link) => row && row.contains(link));
    const next = links[here < 0 ? (step > 0 ? 0 : links.length - 1) : here + step];
    if (next) next.focus();
  };
  const acts = {
    j: () => move(1),
    k: () => move(-1),
    g: () => location.assign("/agents/dossiers"),
    "?": () => location.assign("/agents/touches"),
    "/": () => document.getElementById("f-q")?.focus(),
    r: () => document.getElementById("text-message")?.focus(),
    n: () => document.getElementById("noter")?.click(),
    m: () => document.getElementById("modele")?.focus(),
  };
  document.addEventListener("keydown", (event) => {
    const act = acts[event.key];
    const typing = event.target.closest("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
    if (!act || typing || store.off || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    act();
  });
})();
