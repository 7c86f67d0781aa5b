// Inlay's dashboards in a page of yours: the host's side of the protocol of docs/embedding.md, as an element and as a
// function. An ES module without dependencies; `embed.classic.js` is the same for pages without modules, with what is
// exported here in the global `Inlay`. Its types are in `embed.d.ts`.

/** The version of the protocol, in every message. */
const VERSION = 1;

/** How long the dashboard has for its first message, in milliseconds. */
const PATIENCE = 20_000;

/** A page that was refused for its token is loaded anew by `fetchUrl`, not more often than this, in milliseconds. */
const PAUSE = 10_000;

/** The height of a dashboard that was not shown before, in pixels. */
const FIRST_HEIGHT = 640;

/** What the dashboard needs: scripts, requests to its own server, its search forms, files, and links in new tabs. */
const SANDBOX =
  "allow-scripts allow-same-origin allow-forms allow-downloads allow-popups allow-popups-to-escape-sandbox";

/** Refusals that a new URL mends. */
const MENDED_BY_URL = ["missing-token", "invalid-token", "expired-token", "used-token", "revoked-session"];

const PALE = "color-mix(in srgb, currentcolor 6%, transparent)";
const BLOCK = `linear-gradient(${PALE}, ${PALE})`;

/** The last height of each dashboard by its width: one that comes back takes its room at once. */
const heights = new Map();

/** An element with these styles, set one by one: a policy of the page against style attributes allows that. */
const make = (name, style, text = "") => {
  const element = document.createElement(name);
  Object.assign(element.style, style);
  element.textContent = text;
  return element;
};

/** The address of a page, or nothing. */
const parse = (text) => {
  try {
    const url = new URL(text);
    return /^https?:$/.test(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
};

/**
 * `<inlay-dashboard>`: one dashboard in a frame as high as its content.
 */
class InlayDashboard extends (globalThis.HTMLElement ?? Object) {
  static observedAttributes = ["url"];

  /** @type {import("./embed").Options} */
  #options = {};
  /** @type {HTMLIFrameElement | undefined} */
  #frame;
  /** The only origin that messages go to and come from. */
  #origin = "";
  /** The frame's address without its query: which dashboard it is. */
  #path = "";
  /** Where the dashboard is, or is to be: the query of its address, without the token. */
  #to = "";
  #isReady = false;
  /** Whether the dashboard has said that its session is over. */
  #hasEnded = false;
  /** Counts what is loaded: a URL that comes for anything but the last is dropped. */
  #turn = 0;
  #loadedAt = -PAUSE;
  #timer = 0;

  connectedCallback() {
    addEventListener("message", this.#hear);
    if (this.#source()) this.#load("mount");
  }

  disconnectedCallback() {
    removeEventListener("message", this.#hear);
    clearTimeout(this.#timer);
    this.#turn++;
    this.#frame = undefined;
    this.shadowRoot?.replaceChildren();
  }

  attributeChangedCallback(_name, _old, url) {
    this.update({ url });
  }

  /** @param {import("./embed").Options} options What changes; all else stays. */
  update(options) {
    const source = this.#source();
    Object.assign(this.#options, options);
    const { title, theme, to } = options;
    if (to !== undefined) this.#to = to;
    if (this.#frame && title) this.#frame.title = title;
    // A function is asked when a URL is needed: another one changes nothing now.
    const isNew = typeof source !== typeof this.#source() || (options.url && options.url !== source);
    if (this.isConnected && isNew) this.#load("mount");
    else if (theme) this.#sendTheme();
  }

  /** @param {string} to The query of the address to show, such as `?window=60` or `?invoice=…`. */
  navigate(to) {
    this.#to = to;
    this.#send("navigate", { to });
  }

  /** Has the figures loaded anew. */
  refresh() {
    if (this.#isReady) this.#send("refresh");
    else if (this.isConnected && this.#source()) this.#load("mount");
  }

  /** Removes the element, its frame and its listeners. */
  destroy() {
    this.remove();
    this.#options = {};
  }

  #source() {
    return this.#options.fetchUrl ?? this.#options.url;
  }

  /** @param {import("./embed").UrlReason} reason */
  async #ask(reason) {
    const { fetchUrl, url } = this.#options;
    return fetchUrl ? await fetchUrl({ reason }) : url;
  }

  /** @param {import("./embed").UrlReason} reason */
  async #load(reason) {
    const turn = ++this.#turn;
    const isCurrent = () => turn === this.#turn && this.isConnected;
    this.#loadedAt = performance.now();
    this.#wait();
    try {
      const url = await this.#ask(reason);
      if (isCurrent()) this.#open(url);
    } catch (error) {
      if (isCurrent()) this.#fail("url-refused", error);
    }
  }

  /** Takes the room of the dashboard until it is there. */
  #wait() {
    if (!this.shadowRoot) this.attachShadow({ mode: "open" });
    // What covers the frame lies in the same place.
    Object.assign(this.style, { display: "grid", gridTemplateColumns: "100%" });
    this.setAttribute("aria-busy", "true");
    const skeleton = make("div", {
      gridArea: "1 / 1",
      blockSize: `${this.#height()}px`,
      background: [
        `${BLOCK} 24px 24px / 180px 28px no-repeat`,
        `${BLOCK} 24px 76px / calc(100% - 48px) calc(100% - 100px) no-repeat`,
      ].join(),
    });
    this.#cover(skeleton);
  }

  /** Lays something over the frame, or takes it away. */
  #cover(over) {
    const { shadowRoot } = this;
    for (const child of [...shadowRoot.children]) if (child !== this.#frame) child.remove();
    if (over) shadowRoot.prepend(over);
    // Hidden in another way it would not be laid out, and could not say its height.
    if (this.#frame) this.#frame.style.opacity = over ? 0 : "";
  }

  #height() {
    return heights.get(this.#key()) ?? this.#options.height ?? FIRST_HEIGHT;
  }

  #key() {
    return `${this.#path} ${this.clientWidth}`;
  }

  /** Shows a page in the frame; the history of the browser gets no entry of it. */
  #open(text) {
    const url = parse(text);
    if (!url) return this.#fail("bad-url", new Error(`not an embeddable URL: ${text}`));
    for (const [name, value] of new URLSearchParams(this.#to)) if (name !== "token") url.searchParams.set(name, value);
    this.#origin = url.origin;
    this.#path = url.origin + url.pathname;
    this.#isReady = this.#hasEnded = false;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#fail("no-answer", new Error(`nothing came from ${this.#path}`)), PATIENCE);
    if (this.#frame) return this.#frame.contentWindow.location.replace(url.href);
    const frame = make("iframe", {
      gridArea: "1 / 1",
      inlineSize: "100%",
      blockSize: `${this.#height()}px`,
      border: 0,
    });
    // By its name the frame knows whom to answer; it looks up whether it may.
    frame.name = `inlay:${location.origin}`;
    frame.title = this.#options.title ?? (url.pathname.endsWith("usage") ? "Usage" : "Invoices");
    // Inlay lists the origins that it refuses.
    frame.referrerPolicy = "strict-origin";
    frame.setAttribute("sandbox", this.#options.sandbox ?? SANDBOX);
    frame.src = url.href;
    this.#frame = frame;
    this.#cover(this.shadowRoot.firstElementChild);
    this.shadowRoot.append(frame);
  }

  #hear = ({ source, origin, data }) => {
    const isOwn = this.#frame && source === this.#frame.contentWindow && origin === this.#origin;
    if (!isOwn || data?.inlay !== VERSION) return;
    this.#answer(data);
    this.#raise(data);
  };

  #answer({ type, to, height, top, code }) {
    if (type === "ready") {
      this.#isReady = true;
      this.#hasEnded = false;
      this.#arrive();
      this.#send("hello");
      if (this.#options.theme) this.#sendTheme();
      this.#to = to;
    } else if (type === "resize" && height > 0) {
      this.#frame.style.blockSize = `${height}px`;
      heights.set(this.#key(), height);
    } else if (type === "navigate") {
      this.#to = to;
    } else if (type === "scroll") {
      const place = this.#frame.getBoundingClientRect().top + top;
      // What is in view stays where it is.
      if (place < 0) scrollBy({ top: place });
    } else if (type === "expiring") {
      this.#renew();
    } else if (type === "error") {
      this.#arrive();
      this.#hasEnded ||= code === "session-expired";
      const isLately = performance.now() - this.#loadedAt < PAUSE;
      if (MENDED_BY_URL.includes(code) && this.#options.fetchUrl && !isLately) this.#load("expired");
    }
  }

  /** The frame has something to show. */
  #arrive() {
    clearTimeout(this.#timer);
    this.removeAttribute("aria-busy");
    this.#cover();
  }

  async #renew() {
    const turn = this.#turn;
    let url = null;
    try {
      if (this.#options.fetchUrl) url = await this.#ask("expiring");
    } catch (error) {
      this.#raise({ inlay: VERSION, type: "error", code: "url-refused", message: String(error) });
    }
    if (turn !== this.#turn) return;
    // An answer that comes late finds a dashboard that has given up.
    if (url && this.#hasEnded) this.#open(url);
    else this.#send("renew", { url });
  }

  #sendTheme() {
    const { color_scheme = "light", color_overrides = [], transparent = false } = this.#options.theme;
    this.#send("theme", { color_scheme, color_overrides, transparent });
  }

  #send(type, more) {
    if (this.#isReady) this.#frame.contentWindow.postMessage({ inlay: VERSION, type, ...more }, this.#origin);
  }

  /** Says so in place of the dashboard, with a way to try again. */
  #fail(code, error) {
    clearTimeout(this.#timer);
    this.removeAttribute("aria-busy");
    const message = make("div", {
      gridArea: "1 / 1",
      boxSizing: "border-box",
      blockSize: `${this.#height()}px`,
      padding: "24px",
    });
    const button = make("button", { font: "inherit", marginInlineStart: "8px" }, "Try again");
    button.type = "button";
    button.onclick = () => this.#load("mount");
    message.setAttribute("role", "alert");
    message.append("This dashboard could not be loaded.", button);
    this.#cover(message);
    this.#raise({ inlay: VERSION, type: "error", code, message: String(error) });
  }

  #raise(detail) {
    this.dispatchEvent(new CustomEvent(`inlay-${detail.type}`, { detail }));
    this.#options.onEvent?.(detail);
  }
}

/**
 * Shows a dashboard within an element.
 * @param {Element | string} target The element, or a selector of it.
 * @param {import("./embed").Options} options
 * @returns {import("./embed").InlayDashboard}
 */
const mount = (target, options) => {
  const place = typeof target === "string" ? document.querySelector(target) : target;
  if (!place) throw new Error(`Inlay: there is no ${target} in the page`);
  const element = document.createElement("inlay-dashboard");
  element.update(options);
  place.append(element);
  return element;
};

// A server that draws the page around it has no elements; a page may load both forms of this file.
if (globalThis.customElements && !customElements.get("inlay-dashboard"))
  customElements.define("inlay-dashboard", InlayDashboard);

export { InlayDashboard, mount };
