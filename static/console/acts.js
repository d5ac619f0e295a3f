// Forms that do something: sent once, however often the button is pressed; the preview follows its options.
(() => {
  "use strict";
  const form = document.querySelector("form[data-act]");
  if (!form) return;
  let sent = false;

  form.addEventListener("submit", (event) => {
    if (sent) return event.preventDefault();
    sent = true;
    const button = event.submitter;
    // After the browser has put the button's own value into what it sends.
    setTimeout(() => {
      if (!button) return;
      button.setAttribute("aria-disabled", "true");
      if (button.matches("[data-do]")) button.textContent = "Working…";
    });
  });
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

  const update = form.querySelector("[data-update]");
  if (update) {
    update.hidden = true;
    form.addEventListener("change", (event) => { if (event.target.matches("select")) form.requestSubmit(update); });
  }

  // What is too large is said before it is sent; the server looks again.
  const file = form.querySelector("input[type=file]");
  file?.addEventListener("change", () => {
    const chosen = file.files[0];
    const most = chosen?.type.startsWith("video/") ? 500 : 10;
    const told = chosen && chosen.size > most * 1e6 ? `It has ${(chosen.size / 1e6).toFixed(1)} MB; at most ${most} MB are taken.` : "";
    file.setCustomValidity(told);
    if (told) file.reportValidity();
  });

  document.querySelector("[data-first-look]")?.focus();
})();
