// Choosing rows of a list: all of them, a stretch of them with Shift, and how many they are. It listens above the rows,
// so that it goes on when the list is fetched anew (live.js).
(() => {
  "use strict";
  const form = document.getElementById("changelist-form");
  if (!form) return;
  let last = null;
  let shift = false;

  const boxes = () => [...form.querySelectorAll("input.action-select")];

  function tell() {
    const all = boxes();
    const chosen = all.filter((box) => box.checked).length;
    const toggle = form.querySelector("#action-toggle");
    const across = form.querySelector("[data-across]");
    if (across && chosen < all.length) across.checked = false;
    if (toggle) {
      toggle.checked = chosen > 0 && chosen === all.length;
      toggle.indeterminate = chosen > 0 && chosen < all.length;
    }
    for (const place of form.querySelectorAll("[data-chosen-count]")) {
      const text = chosen ? `${chosen} of ${all.length} on this page` : "";
      if (place.textContent !== text) place.textContent = text;
    }
    for (const box of all) box.closest("tr")?.classList.toggle("selected", box.checked);
  }

  function stretch(to) {
    const all = boxes();
    const from = all.findIndex((box) => box.value === last);
    const end = all.indexOf(to);
    if (!shift || from < 0 || end < 0) return;
    for (const box of all.slice(Math.min(from, end), Math.max(from, end) + 1)) box.checked = to.checked;
  }

  document.addEventListener("click", (event) => { shift = event.shiftKey; }, true);
  form.addEventListener("change", (event) => {
    const box = event.target;
    if (box.matches("#action-toggle")) for (const one of boxes()) one.checked = box.checked;
    else if (box.matches("[data-across]")) { if (box.checked) for (const one of boxes()) one.checked = true; }
    else if (box.matches("input.action-select")) { stretch(box); last = box.value; }
    else return;
    tell();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !form.querySelector("input.action-select:checked")) return;
    for (const box of boxes()) box.checked = false;
    tell();
  });
  window.addEventListener("pageshow", tell);
  window.renderhub = { ...window.renderhub, chosen: tell };
})();
