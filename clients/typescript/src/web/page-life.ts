/** The steps of a page's life that matter for events. */
export interface PageLife {
  /** Hidden; on a phone often the last event of a page. */
  hidden(): void;
  /** Visible again. */
  shown(): void;
  /** Left for good, or put into the back-forward cache. */
  left(): void;
  /** Back from that cache. */
  back(): void;
  /** The network is back. */
  online(): void;
}

/** Listen to the page; return a function that stops it. Outside a page nothing happens. */
export function onPageLife(life: PageLife): () => void {
  if (typeof window === "undefined" || typeof document === "undefined") return () => {};
  const abort = new AbortController();
  const options = { signal: abort.signal, capture: true };
  document.addEventListener(
    "visibilitychange",
    () => (document.visibilityState === "hidden" ? life.hidden() : life.shown()),
    options,
  );
  window.addEventListener("pagehide", () => life.left(), options);
  window.addEventListener("pageshow", (shown) => shown.persisted && life.back(), options);
  window.addEventListener("online", () => life.online(), options);
  return () => abort.abort();
}
