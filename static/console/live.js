// Live pages: every few seconds the page is fetched again, and the regions that have changed are put in place.
// What somebody is using stays as it is: a player that plays, selected text, the focus, open details, chosen rows.
(() => {
  "use strict";
  const root = document.querySelector("[data-live]");
  if (!root) return;
  const regionsOf = (page) => page.querySelectorAll("[data-region]");
  // As the server wrote them: this runs before times.js has put the times in the viewer's zone.
  const known = new Map([...regionsOf(document)].map((region) => [region.dataset.region, region.innerHTML]));
  // The rows of a list are followed one by one: what is scrolled to, chosen or focused stays in its place.
  const keyOf = (row) => row.querySelector("input.action-select")?.value || row.querySelector("[data-key]")?.dataset.key || row.querySelector("a[href]")?.getAttribute("href") || "";
  const rowsOf = (page) => [...(page.querySelector("#result_list")?.tBodies ?? [])];
  const knownRows = new Map(rowsOf(document).map((row) => [keyOf(row), row.innerHTML]));
  let timer = 0;
  let paused = sessionStorage.getItem("renderhub-paused") === "1";

  const seconds = (page) => Number(page.querySelector("[data-live]")?.dataset.live || 0);
  const label = (text) => {
    for (const place of document.querySelectorAll("[data-live-state]")) {
      if (place.textContent !== text) place.textContent = text;
    }
  };

  function inUse(region) {
    if ([...region.querySelectorAll("video, audio")].some((player) => !player.paused && !player.ended)) return true;
    const selection = document.getSelection();
    return Boolean(selection && !selection.isCollapsed && region.contains(selection.anchorNode));
  }

  // Enough to find the same thing again after the region was replaced.
  function pathTo(element, region) {
    if (!element || !region.contains(element)) return null;
    const alike = [...region.querySelectorAll(element.tagName)];
    return { tag: element.tagName, id: element.id, href: element.getAttribute("href"), at: alike.indexOf(element) };
  }

  function found(path, region) {
    if (path.id) return region.querySelector(`#${CSS.escape(path.id)}`);
    const alike = [...region.querySelectorAll(path.tag)];
    return alike.find((one) => path.href !== null && one.getAttribute("href") === path.href) || alike[path.at];
  }

  function patchRows(table, fresh) {
    const there = new Map([...table.tBodies].map((row) => [keyOf(row), row]));
    let before = table.tHead;
    for (const row of fresh.tBodies) {
      const key = keyOf(row);
      const html = row.innerHTML;
      let mine = there.get(key);
      there.delete(key);
      if (!mine) mine = document.importNode(row, true);
      else if (knownRows.get(key) !== html) {
        const focused = pathTo(document.activeElement, mine);
        const chosen = mine.querySelector("input.action-select")?.checked;
        mine.replaceChildren(...[...row.childNodes].map((node) => document.importNode(node, true)));
        if (chosen) mine.querySelector("input.action-select").checked = true;
        if (focused) found(focused, mine)?.focus({ preventScroll: true });
      }
      mine.className = row.className;
      knownRows.set(key, html);
      if (before.nextElementSibling !== mine) before.after(mine);
      before = mine;
    }
    for (const [key, gone] of there) { gone.remove(); knownRows.delete(key); }
    window.renderhub?.localise(table);
    window.renderhub?.chosen?.();
  }

  // A player that is at its place in the film stays the same one.
  function keepPlayers(region, fresh) {
    const players = [...region.querySelectorAll("video[src], audio[src]")].filter((player) => player.currentTime > 0);
    for (const next of fresh.querySelectorAll("video[src], audio[src]")) {
      const same = players.find((player) => player.getAttribute("src") === next.getAttribute("src"));
      if (same) next.replaceWith(same);
    }
  }

  function replace(region, fresh) {
    const table = region.querySelector("#result_list");
    const next = fresh.querySelector("#result_list");
    if (table && next) return patchRows(table, next);
    const focused = pathTo(document.activeElement, region);
    const open = [...region.querySelectorAll("details")].map((details) => details.open);
    const scrolled = [...region.querySelectorAll(".rh-scroll")].map((box) => [box.scrollTop, box.scrollLeft]);
    const nodes = document.createElement("div");
    nodes.append(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
    keepPlayers(region, nodes);
    region.replaceChildren(...nodes.childNodes);
    region.querySelectorAll("details").forEach((details, number) => { details.open = open[number] ?? details.open; });
    region.querySelectorAll(".rh-scroll").forEach((box, number) => {
      if (scrolled[number]) [box.scrollTop, box.scrollLeft] = scrolled[number];
    });
    window.renderhub?.localise(region);
    if (focused) found(focused, region)?.focus({ preventScroll: true });
  }

  function update(page) {
    for (const fresh of regionsOf(page)) {
      const name = fresh.dataset.region;
      const region = document.querySelector(`[data-region="${CSS.escape(name)}"]`);
      if (!region || known.get(name) === fresh.innerHTML || inUse(region)) continue;
      replace(region, fresh);
      known.set(name, fresh.innerHTML);
    }
  }

  async function look() {
    if (paused || document.hidden) return plan();
    if (document.querySelector("#result_list input.action-select:checked")) {
      label("Waits: rows are chosen");
      return plan();
    }
    try {
      const answer = await fetch(location.href, { cache: "no-store" });
      if (answer.redirected) return label("Signed out: reload the page");
      if (!answer.ok) throw new Error(String(answer.status));
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      update(page);
      root.dataset.live = String(seconds(page));
      label(paused ? "Paused" : "Live");
      if (!seconds(page)) return atRest();
    } catch {
      label("No answer; trying again");
    }
    plan();
  }

  function plan() {
    clearTimeout(timer);
    timer = setTimeout(look, Number(root.dataset.live || 5) * 1000);
  }

  function atRest() {
    for (const shown of document.querySelectorAll(".rh-live")) shown.hidden = true;
  }

  function show() {
    label(paused ? "Paused" : "Live");
    for (const shown of document.querySelectorAll(".rh-live")) shown.hidden = !Number(root.dataset.live);
    for (const button of document.querySelectorAll("[data-live-toggle]")) {
      button.textContent = paused ? "Resume" : "Pause";
      button.closest(".rh-live")?.classList.toggle("rh-paused", paused);
    }
  }

  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-live-toggle]")) return;
    paused = !paused;
    sessionStorage.setItem("renderhub-paused", paused ? "1" : "0");
    show();
    if (!paused) look();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden && Number(root.dataset.live)) look(); });

  show();
  if (Number(root.dataset.live)) plan();
})();
