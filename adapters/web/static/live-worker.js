// One stream for all tabs of a browser: over HTTP/1.1 it opens six connections to a host, and a stream takes one for good.
import { Stream } from "./stream.js";

const TOGETHER = 50; // milliseconds in which tabs that come or go count as one change
const GONE = 150000; // milliseconds after which a tab that says nothing has gone; hidden ones speak once a minute
const pages = new Map(); // port: {view, viewer, heard}
const known = new Map(); // view: its parts as they were sent last
let stream = null, viewer = "", timer = 0, state = null, isStale = false;

function told(message) {
  if (message.kind === "parts") {
    known.set(message.view, { ...message, parts: { ...known.get(message.view)?.parts, ...message.parts } });
  } else if (message.kind === "gone") known.delete(message.view);
  else state = message;
  for (const [port, page] of pages) if (!message.view || message.view === page.view) port.postMessage(message);
}

function update() {
  timer = 0;
  const views = [...new Set([...pages.values()].map((page) => page.view))];
  for (const view of known.keys()) if (!views.includes(view)) known.delete(view);
  isStale = false;
  stream.follow(views, viewer !== "");
}

function soon() {
  isStale = true;
  if (!timer) timer = setTimeout(update, TOGETHER);
}

function follow(port, message) {
  const isNew = ![...pages.values()].some((page) => page.view === message.view)
    || known.get(message.view)?.ended; // it is followed again, and what others were sent may be old
  pages.set(port, { view: message.view, viewer: message.viewer, heard: Date.now() });
  stream ??= new Stream(message.events, told);
  if (isNew || viewer !== message.viewer || state?.kind === "signed-out") {
    if (viewer !== message.viewer) known.clear();
    viewer = message.viewer;
    soon();
  } else if (!isStale) {
    if (known.has(message.view)) port.postMessage(known.get(message.view));
    if (state?.kind === "lost") port.postMessage(state);
  }
}

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.onmessage = ({ data }) => {
    if (data.kind === "follow") follow(port, data);
    else if (data.kind === "leave") pages.delete(port);
    else if (pages.has(port)) pages.get(port).heard = Date.now();
  };
});

// What nobody looks at any more is no longer asked for.
setInterval(() => {
  for (const [port, page] of pages) if (Date.now() - page.heard > GONE) { pages.delete(port); port.postMessage({ kind: "forgotten" }); }
  const views = new Set([...pages.values()].map((page) => page.view));
  if (stream?.views.some((view) => !views.has(view))) soon();
}, 5000);
