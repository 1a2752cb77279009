// A page that waits for something that no event tells of is read again, until the part with data-again has none any more.
import { showTimes } from "./times.js";

const SLOWEST = 30000; // milliseconds between two reads

export function again(wait) {
  setTimeout(async () => {
    let next = wait;
    try {
      const begun = Date.now();
      const answer = document.visibilityState === "hidden" ? null : await fetch(location.href, { cache: "no-store" });
      if (answer?.ok) {
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        next = Math.min(SLOWEST, Math.max(Number(page.querySelector("[data-again]")?.dataset.again ?? 0), 10 * (Date.now() - begun)));
        for (const fresh of page.querySelectorAll("[data-key]")) {
          const old = document.querySelector(`[data-key="${CSS.escape(fresh.dataset.key)}"]`);
          if (!old || old.innerHTML === fresh.innerHTML || old.contains(document.activeElement)) continue;
          old.replaceChildren(...fresh.childNodes);
          showTimes(old);
        }
        if (!page.querySelector("[data-again]")) return;
      }
    } catch { next = Math.min(SLOWEST, 2 * wait); /* the server is away */ }
    again(next);
  }, wait);
}
