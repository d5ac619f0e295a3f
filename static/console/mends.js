// Django's two-list selector writes labels on spans without a role, where no reader says them: they are images.
(() => {
  "use strict";
  const mend = () => {
    for (const tip of document.querySelectorAll(".help-tooltip[aria-label]:not([role])")) tip.setAttribute("role", "img");
    // A choice out of many is named for what is chosen, which may be nothing yet: it is for what its field is for.
    for (const list of document.querySelectorAll("select.select2-hidden-accessible")) {
      const label = list.id && document.querySelector(`label[for="${list.id}"]`);
      const shown = list.nextElementSibling;
      if (!label || !shown) continue;
      label.id ||= `${list.id}_label`;
      const chosen = shown.querySelector(".select2-selection[aria-labelledby]");
      chosen?.setAttribute("aria-labelledby", `${label.id} ${chosen.getAttribute("aria-labelledby")}`);
      const named = shown.querySelectorAll(".select2-selection__rendered[role], .select2-search__field");
      for (const part of named) part.setAttribute("aria-labelledby", label.id);
    }
  };
  // After the selector's own start, which waits for the same event.
  window.addEventListener("load", () => setTimeout(mend));
})();
