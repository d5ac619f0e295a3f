// Django's two-list selector writes labels on spans without a role, where no reader says them: they are images.
(() => {
  "use strict";
  const mend = () => {
    for (const tip of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) tip.setAttribute("role", "img");
  };
  // After the selector's own start, which waits for the same event.
  window.addEventListener("load", () => setTimeout(mend));
})();
