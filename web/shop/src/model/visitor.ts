/** Who shops in this window: `?visitor=ann` is ann, `?visitor=new` a stranger, else this browser. */

const KEPT = "shop.visitor";

/** The visitor that this window was told to be; undefined: the one of the browser, minted once. */
export function visitorOfWindow(): string | undefined {
  const asked = new URLSearchParams(location.search).get("visitor");
  if (asked) {
    sessionStorage.setItem(KEPT, asked === "new" ? stranger() : asked);
    history.replaceState(null, "", location.pathname + location.hash);
  }
  return sessionStorage.getItem(KEPT) ?? undefined;
}

/** Become somebody whom the shop has never seen, in this window. */
export function becomeNew(): void {
  location.assign(`${location.pathname}?visitor=new#/`);
}

const stranger = (): string => `visitor-${crypto.randomUUID().slice(0, 8)}`;
