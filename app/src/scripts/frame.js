// The frame's side of the protocol with the page around it, the host (docs/embedding.md): it tells the host its height
// and address, does what the host asks for, and has the session renewed. An origin that is not allowed hears nothing.
if (parent !== window) {
  const { hosts, refusal } = document.currentScript.dataset;
  const root = document.documentElement;
  const { fetch } = window;
  let { session } = JSON.parse(document.getElementById("props")?.textContent ?? "{}");
  let host, height, renewal, settle;

  const say = (type, more) => host && parent.postMessage({ inlay: 1, type, ...more }, host);
  const fail = (code) => say("error", { code });
  const tell = (type) => say(type, { to: location.search });

  // A menu that is open over the content counts as well.
  const measure = () => {
    const parts = [root, ...document.querySelectorAll("details[open] > *")];
    const now = Math.ceil(Math.max(...parts.map((part) => part.getBoundingClientRect().bottom)) + scrollY);
    if (now !== height) say("resize", { height: (height = now) });
  };

  // Who the host is, is known by the name that it gave the frame, or by its first message.
  const meet = (origin) => {
    if (origin === host || !RegExp(hosts).test(origin)) return;
    host = origin;
    refusal ? fail(refusal) : tell("ready");
    height = 0;
    measure();
  };

  // What the app asks for goes out with the newest token. When the session has ended, it waits for another one.
  const send = (request) => {
    const sent = new Request(request);
    sent.headers.set("authorization", `Bearer ${session.token}`);
    return fetch(sent);
  };
  const renew = () =>
    host &&
    (renewal ??= new Promise((done) => {
      setTimeout((settle = done), 30000);
      say("expiring");
    }).finally(() => (renewal = null)));
  const open = async (url) => {
    const headers = { authorization: `Bearer ${new URL(url).searchParams.get("token")}` };
    const answer = await fetch("session/open", { method: "POST", headers, body: session.token });
    if (!answer.ok) throw url;
    session = await answer.json();
    say("renewed");
    return true;
  };
  const carry = async (request) => {
    let answer = await send(request);
    if (answer.status === 401 && (await renew())) answer = await send(request);
    if (answer.status === 401) fail("session-expired");
    else if (request.url.endsWith("/session")) {
      session = await answer.clone().json();
      if (session.expires_in < 90) renew();
    }
    return answer;
  };

  const load = (to) => location.replace(`?token=${session.link}&${to.slice(1)}`);
  const sheet = new CSSStyleSheet({ media: "screen" });
  document.adoptedStyleSheets = [sheet];
  const actions = {
    hello() {
      // The frame is as high as its content from now on: it is the host that scrolls.
      root.style.overflow = "hidden";
      window.scrollTo = (left, top) => say("scroll", { top });
    },
    theme({ color_scheme, color_overrides, transparent }) {
      root.dataset.scheme = color_scheme;
      root.toggleAttribute("data-transparent", transparent);
      sheet.replaceSync(":root{}");
      for (const { name, value } of color_overrides)
        if (CSS.supports("color", value)) sheet.cssRules[0].style.setProperty(`--${name}`, value);
    },
    renew({ url }) {
      open(url).catch(() => fail("renewal-failed")).then(settle);
    },
    navigate({ to }) {
      // The app of invoices follows the history, once it runs.
      if (!document.querySelector("[data-hydrated] #invoices")) return load(to);
      history.replaceState(null, "", `?${to.slice(1)}`);
      dispatchEvent(new PopStateEvent("popstate"));
    },
    refresh: () => load(location.search),
  };

  window.fetch = (request, options) => (request.url ? carry(request) : fetch(request, options));
  for (const name of ["pushState", "replaceState"]) {
    const change = history[name].bind(history);
    history[name] = (...place) => {
      change(...place);
      tell("navigate");
    };
  }
  addEventListener("popstate", () => tell("navigate"));
  addEventListener("toggle", measure, true);
  new ResizeObserver(measure).observe(root);
  addEventListener("message", ({ source, origin, data }) => {
    if (source !== parent || data?.inlay !== 1) return;
    meet(origin);
    if (origin === host) actions[data.type]?.(data);
  });
  // What the name claims is where messages go: to another origin the browser delivers none.
  if (name.startsWith("inlay:")) meet(new URL(name.slice(6)).origin);
}
