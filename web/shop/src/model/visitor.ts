/** The visitor of this window: `?visitor=ann` is ann, `?visitor=new` a new one, else the browser's own. */

const KEPT = "shop.visitor";

/** The visitor ID chosen for this window; undefined: the browser's own, created once. */
export function visitorOfWindow(): string | undefined {
  const asked = new URLSearchParams(location.search).get("visitor");
  if (asked) {
    sessionStorage.setItem(KEPT, asked === "new" ? newVisitorId() : asked);
    history.replaceState(null, "", location.pathname + location.hash);
  }
  return sessionStorage.getItem(KEPT) ?? undefined;
}

/** Continues as a new visitor in this window. */
export function becomeNew(): void {
  location.assign(`${location.pathname}?visitor=new#/`);
}

const newVisitorId = (): string => `visitor-${crypto.randomUUID().slice(0, 8)}`;
