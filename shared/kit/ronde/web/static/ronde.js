// A page with <main data-live="seconds"> shows what is new without a reload. Without this script nothing is lost:
// the page has a link that shows it again.
(() => {
  const main = document.querySelector("main[data-live]");
  if (!main) return;
  document.querySelectorAll(".with-script").forEach((e) => (e.hidden = false));
  const offline = document.querySelector(".offline");
  const every = Number(main.dataset.live) * 1000 || 4000;
  let tag = "";
  const busy = () => document.hidden || main.querySelector(":is(input, select, textarea, button):focus");
  const show = (fresh) => {
    if (fresh.innerHTML === main.innerHTML) return;
    const before = new Map([...main.querySelectorAll("[id]")].map((e) => [e.id, e.innerHTML]));
    const open = [...main.querySelectorAll("details[open][id]")].map((e) => e.id);
    const focus = main.contains(document.activeElement) && document.activeElement.id;
    main.replaceChildren(...fresh.childNodes);
    main.querySelectorAll(".with-script").forEach((e) => (e.hidden = false));
    main.querySelectorAll("[id]").forEach((e) => e.classList.toggle("fresh", before.get(e.id) !== e.innerHTML));
    open.forEach((id) => document.getElementById(id)?.setAttribute("open", ""));
    if (focus) document.getElementById(focus)?.focus({ preventScroll: true });
  };
  const look = async () => {
    if (!busy()) {
      try {
        const answer = await fetch(location.href, { headers: tag ? { "If-None-Match": tag } : {} });
        if (answer.redirected || answer.status === 401) return location.reload();
        if (answer.status === 200 && !busy()) {
          const page = new DOMParser().parseFromString(await answer.text(), "text/html");
          show(page.querySelector("main"));
          tag = answer.headers.get("ETag") || "";
        }
        offline.hidden = true;
      } catch {
        offline.hidden = false;
      }
    }
    setTimeout(look, every);
  };
  setTimeout(look, every);
})();
