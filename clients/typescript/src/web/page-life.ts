/** What a page goes through, as far as events care. */
export interface PageLife {
  /** Out of sight; on a phone often the last that is heard of it. */
  hidden(): void;
  /** In sight again. */
  shown(): void;
  /** Left for good, or put into the back-forward cache. */
  left(): void;
  /** Back from that cache. */
  back(): void;
  /** The network is there again. */
  online(): void;
}

/** Listen to the page; return what ends it. Where there is no page, nothing happens. */
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
