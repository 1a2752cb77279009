// Keeps a page current. Elements with data-key are its live parts; the server sends those that have changed, as HTML.
import { patch, skeleton } from "./patch.js";
import { Stream } from "./stream.js";

const banner = document.getElementById("connection");
const news = document.getElementById("news");
const HERE = 20000; // milliseconds between two signs of life for the worker
const POLL = 10000; // milliseconds between two reads of the page while there is no stream
const SPREAD = 1000; // milliseconds in which all who look at a page read it again

export function live() {
  const view = `${document.documentElement.lang} ${location.pathname}${location.search}`;
  const viewer = document.body.dataset.viewer;
  const events = new URL(document.body.dataset.events, location.href).href;
  const pending = new Map(); // key: [HTML, isOurs] that can't be shown yet, since somebody uses what is there
  const forms = new Map(); // key: what a part with a form looked like when the page was read because of it
  const held = new Map(); // key: HTML that would move what somebody reads
  let polling = 0, reading = 0, again = false, isLost = false, following = () => {};

  function say(kind) {
    if (!banner) return;
    banner.textContent = "";
    banner.className = `banner ${kind === "connected" ? "good" : ""}`;
    banner.append(banner.dataset[kind].replace("{time}", new Date().toLocaleTimeString(document.documentElement.lang)));
    if (kind === "signedOut") {
      const link = document.createElement("a");
      link.href = banner.dataset.signIn;
      link.textContent = banner.dataset.signInText;
      banner.append(" ", link);
    }
    banner.hidden = false;
  }

  function show(key, html, isOurs) {
    const old = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!old) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    if (!isOurs && template.content.querySelector("form[method=post]")) { // only we are given forms that we may send
      const looks = skeleton(template.content);
      if (looks !== skeleton(old) && looks !== forms.get(key)) read(SPREAD * Math.random());
      forms.set(key, looks);
      return;
    }
    if ("hold" in old.dataset && old.getBoundingClientRect().top < 0) {
      if (skeleton(template.content) === skeleton(old)) return;
      held.set(key, html);
      news.hidden = false;
      return;
    }
    held.delete(key);
    if (patch(old, template.content)) pending.delete(key);
    else pending.set(key, [html, isOurs]);
  }

  // Load the page again and take over its parts: for forms, and while there is no stream.
  function read(wait = 0) {
    again = Boolean(reading); // what is asked for now may be newer than what is being read
    reading ||= setTimeout(async () => {
      again = false;
      try {
        const answer = await fetch(location.href, { cache: "no-store" });
        if (!answer.ok) { forms.clear(); return; }
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        if (viewer && !page.body.dataset.viewer) { told({ kind: "signed-out" }); return; }
        for (const part of page.querySelectorAll("[data-key]")) show(part.dataset.key, part.innerHTML, true);
      } catch {
        forms.clear(); // the server is away, as the banner says: compared again when it is back
      } finally {
        reading = 0;
        if (again) read(SPREAD);
      }
    }, wait);
  }

  function told(message) {
    if (message.kind === "lost") {
      polling ||= setInterval(read, POLL);
      if (!isLost) say("lost");
      isLost = true;
    } else if (message.kind === "live") {
      clearInterval(polling);
      polling = 0;
      if (isLost) say("connected");
      isLost = false;
    } else if (message.kind === "signed-out") {
      clearInterval(polling); // said once: nothing follows until somebody signs in
      polling = 0;
      isLost = true;
      say("signedOut");
    } else if (message.kind === "gone") say("gone");
    else if (message.kind === "forgotten") following();
    else for (const [key, html] of Object.entries(message.parts)) show(key, html, false);
  }

  function withWorker() {
    const worker = new SharedWorker(new URL("./live-worker.js", import.meta.url), { type: "module", name: "harvestlog" });
    worker.addEventListener("error", alone, { once: true });
    worker.port.onmessage = ({ data }) => told(data);
    following = () => worker.port.postMessage({ kind: "follow", view, viewer, events });
    setInterval(() => worker.port.postMessage({ kind: "here" }), HERE);
    addEventListener("pagehide", () => worker.port.postMessage({ kind: "leave" }));
    addEventListener("pageshow", (event) => { if (event.persisted) following(); });
    following();
  }

  // Without a worker the page has a stream of its own, and gives it back while it is hidden.
  function alone() {
    const stream = new Stream(events, told);
    following = () => stream.follow([view], viewer !== "");
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "hidden") stream.close();
      else following();
    });
    if (document.visibilityState !== "hidden") following();
  }

  news?.addEventListener("click", () => {
    news.hidden = true;
    scrollTo({ top: 0 });
    for (const [key, html] of held) show(key, html, false);
  });
  setInterval(() => { for (const [key, [html, isOurs]] of pending) show(key, html, isOurs); }, 1000);
  if (typeof SharedWorker === "function") withWorker();
  else alone();
}
