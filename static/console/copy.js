// A click on an id copies the whole of it, and says so.
(() => {
  "use strict";
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const said = button.querySelector(".rh-unseen");
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      button.classList.add("rh-copied");
      if (said) said.textContent = "Copied";
    } catch {
      window.prompt("Copy it from here:", button.dataset.copy);
    }
    setTimeout(() => button.classList.remove("rh-copied"), 1500);
  });
})();
