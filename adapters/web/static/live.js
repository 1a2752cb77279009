// Keeps a page current: one event stream, and the part of the page that changed is fetched and its texts are put in place.
// Elements with data-key are patched; a page says with data-live what it is about ("job=<id>", "source=<id>" or "").
import { showTimes } from "./times.js";

const banner = document.getElementById("connection");
const PACE = 900; // milliseconds between two reads at least
const SHARE = 10; // a read that took long is followed by a pause so many times as long: a busy server isn't asked still more

// What somebody reads or copies from stays as it is: the focus, an opened text or a selection would be lost.
function isInUse(element) {
  const selection = getSelection();
  return element.contains(document.activeElement) || element.querySelector("details[open]")
    || (!selection.isCollapsed && selection.containsNode(element, true));
}

// A form has another key each time that its page is read.
const withoutKeys = (element) => element.innerHTML.replace(/name="form_key" value="[^"]*"/g, "");

export function live() {
  const about = document.querySelector("[data-live]").dataset.live;
  let last = "", wait = 1000, source = null, timer = 0, read = 0, pace = PACE, ended = false, reading = false, again = false;

  function address() {
    const url = new URL(document.body.dataset.events, location.href);
    const [name, id] = about.split("=");
    if (id) url.searchParams.set(`${name}_id`, id);
    if (last) url.searchParams.set("last_event_id", last);
    return url;
  }

  function changed(event) {
    if (event.lastEventId) last = event.lastEventId;
    if (reading) again = true; // two reads at once: the older answer could come last
    if (timer || reading || ended) return;
    timer = setTimeout(() => { timer = 0; read = Date.now(); patch(); }, Math.max(0, pace - (Date.now() - read)));
  }

  async function patch() {
    if (reading) return;
    reading = true;
    try {
      const begun = Date.now();
      const answer = await fetch(location.href, { cache: "no-store" });
      pace = answer.ok ? Math.max(PACE, SHARE * (Date.now() - begun)) : SHARE * PACE;
      if (answer.status === 429 || answer.status >= 500) again = true;
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const fresh of page.querySelectorAll("[data-key]")) {
        const old = document.querySelector(`[data-key="${CSS.escape(fresh.dataset.key)}"]`);
        if (!old || withoutKeys(old) === withoutKeys(fresh) || isInUse(old)) continue;
        old.replaceChildren(...fresh.childNodes);
        showTimes(old);
      }
      ended = !page.querySelector("[data-live]");
      if (ended) source?.close();
    } catch { /* the stream tells that the server is away */
    } finally {
      reading = false;
      if (again) { again = false; changed({}); }
    }
  }

  function open() {
    if (document.visibilityState === "hidden" || ended) return;
    source?.close();
    source = new EventSource(address());
    for (const name of ["job", "source", "held", "reset"]) source.addEventListener(name, changed);
    source.addEventListener("ready", (event) => {
      if (event.lastEventId) last = event.lastEventId;
      wait = 1000;
      if (banner && !banner.hidden) { banner.hidden = true; changed(event); }
    });
    source.addEventListener("error", () => {
      if (banner && !ended && document.visibilityState === "visible") banner.hidden = false;
      if (source.readyState !== EventSource.CLOSED) return;
      setTimeout(open, wait * (0.5 + Math.random()));
      wait = Math.min(wait * 2, 30000);
    });
  }

  // Browsers allow six connections to a host: a hidden tab gives its own back.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") source?.close();
    else if (!ended) { open(); patch(); }
  });
  open();
}
