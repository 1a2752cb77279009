// The stream of events that keeps pages current: opened again whenever it ends, whatever a proxy answered meanwhile.
const FIRST_WAIT = 400, LONGEST_WAIT = 5000; // milliseconds until it is opened again
const SILENCE = 45000; // milliseconds: the server says something every 15 seconds

export class Stream {
  // `tell` is called with {kind: "live" | "lost" | "signed-out" | "parts" | "gone", …}.
  constructor(address, tell) {
    this.address = address;
    this.tell = tell;
    this.views = [];
    this.isSignedIn = false;
    this.wait = FIRST_WAIT;
    this.lost = false;
    setInterval(() => { if (this.source && Date.now() - this.heard > SILENCE) this.#lose(); }, SILENCE / 3);
  }

  // Follow these views from now on, and be sent all of each.
  follow(views, isSignedIn) {
    this.views = views;
    this.isSignedIn = isSignedIn;
    this.open();
  }

  close() {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }

  open() {
    this.close();
    if (!this.views.length) return;
    const url = new URL(this.address);
    for (const view of this.views) url.searchParams.append("view", view);
    if (this.isSignedIn) url.searchParams.set("signed_in", "1");
    const source = this.source = new EventSource(url);
    this.heard = Date.now();
    const on = (name, act) => source.addEventListener(name, (event) => {
      if (source !== this.source) return;
      this.heard = Date.now();
      act(event);
    });
    on("here", () => {});
    on("ready", () => {
      this.wait = FIRST_WAIT;
      this.tell({ kind: "live", again: this.lost });
      this.lost = false;
    });
    on("parts", (event) => this.tell({ kind: "parts", ...JSON.parse(event.data) }));
    on("gone", (event) => this.tell({ kind: "gone", ...JSON.parse(event.data) }));
    on("signed-out", () => { this.close(); this.lost = true; this.tell({ kind: "signed-out" }); });
    on("bye", () => this.#lose());
    on("error", () => this.#lose());
  }

  #lose() {
    this.close();
    this.lost = true;
    this.tell({ kind: "lost" });
    this.timer = setTimeout(() => this.open(), this.wait * (0.5 + Math.random()));
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }
}
