// Times in the viewer's zone. The server writes them in the site's: a page without scripts is right, too.
(() => {
  "use strict";
  const options = {
    exact: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
    short: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
    title: { weekday: "short", day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23", timeZoneName: "short" },
  };
  const language = document.documentElement.lang || "en";
  const forms = Object.fromEntries(
    Object.entries(options).map(([name, option]) => [name, new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, option)]),
  );

  function localise(root) {
    for (const time of root.querySelectorAll("time.rh-time")) {
      const moment = new Date(time.dateTime);
      if (Number.isNaN(moment.getTime())) continue;
      time.title = forms.title.format(moment);
      const form = forms[time.dataset.form];
      if (form) time.textContent = form.format(moment);
    }
  }

  window.renderhub = { ...window.renderhub, localise };
  document.addEventListener("DOMContentLoaded", () => localise(document));
})();
