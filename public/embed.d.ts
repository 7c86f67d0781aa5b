// The types of embed.js, Inlay's dashboards in a page of yours. docs/embedding.md says what messages and codes mean.

/** Why a URL is asked for: to show the dashboard, to go on when its session ends, or in place of one that has expired. */
export type UrlReason = "mount" | "expiring" | "expired";

/** The look of a dashboard, by the names of `getEmbeddableUrl`. It is laid over what the URL says. */
export interface Theme {
  /** `light` when it is left out; `auto` follows the reader's system. */
  color_scheme?: "light" | "dark" | "auto";
  /** Colors in place of Inlay's: any color of CSS. */
  color_overrides?: { name: string; value: string }[];
  /** Whether the page behind the frame shows through. Both must have the same `color-scheme`. */
  transparent?: boolean;
}

/** What a dashboard is shown by. */
export interface Options {
  /** An embeddable URL, as your backend got it from `getEmbeddableUrl`. */
  url?: string;
  /** In place of `url`: asks your backend for one, each time that one is needed. With it, sessions are renewed. */
  fetchUrl?: (need: { reason: UrlReason }) => string | Promise<string>;
  /** Where to begin: the query of a dashboard's address, such as `?window=60` or `?invoice=…`. */
  to?: string;
  /** The look; left out, that of the URL. */
  theme?: Theme;
  /** What the frame is called, for screen readers: "Usage", "Invoices". */
  title?: string;
  /** The height in pixels that is taken until the dashboard says its own. 640 when it is left out. */
  height?: number;
  /** The `sandbox` of the frame. */
  sandbox?: string;
  /** Is told every event, beside the events of the element. */
  onEvent?: (event: DashboardEvent) => void;
}

/** Why a page is not shown, why a session is not renewed, and what the host's side itself finds. */
export type ErrorCode =
  | "missing-token"
  | "invalid-token"
  | "expired-token"
  | "used-token"
  | "revoked-session"
  | "wrong-dashboard"
  | "archived-customer"
  | "unavailable"
  | "session-expired"
  | "renewal-failed"
  | "url-refused"
  | "bad-url"
  | "no-answer";

/** A message of the dashboard. Versions of Inlay to come may add types and members: ignore those that you do not know. */
export type DashboardEvent = { inlay: 1 } & (
  | { type: "ready"; to: string }
  | { type: "resize"; height: number }
  | { type: "navigate"; to: string }
  | { type: "scroll"; top: number }
  | { type: "expiring" }
  | { type: "renewed" }
  | { type: "error"; code: ErrorCode; message?: string }
);

/** `<inlay-dashboard url="…">`. Its events are `inlay-ready`, `inlay-resize` and so on, with the message as `detail`. */
export declare class InlayDashboard extends HTMLElement {
  /** Changes options; all others stay. */
  update(options: Options): void;
  /** Shows another part of the dashboard, by the query of its address. */
  navigate(to: string): void;
  /** Has the figures loaded anew. */
  refresh(): void;
  /** Removes the element, its frame and its listeners. */
  destroy(): void;
  addEventListener<Name extends DashboardEvent["type"]>(
    type: `inlay-${Name}`,
    listener: (event: CustomEvent<Extract<DashboardEvent, { type: Name }>>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** Shows a dashboard within an element, which may be given by a selector. */
export declare function mount(target: Element | string, options: Options): InlayDashboard;

declare global {
  interface HTMLElementTagNameMap {
    "inlay-dashboard": InlayDashboard;
  }
  /** What `embed.classic.js` makes. */
  var Inlay: { InlayDashboard: typeof InlayDashboard; mount: typeof mount };
}
