/** A short message at the bottom of the page, also for screen readers. */
import { h } from "./dom";

const STAYS_MS = 3500;
const place = h("div", { class: "toasts", role: "status", "aria-live": "polite" });

export function toast(text: string, link?: { text: string; href: string }): void {
  if (!place.isConnected) document.body.append(place);
  const shown = h("div", { class: "toast" }, text, link && h("a", { href: link.href }, link.text));
  place.replaceChildren(shown);
  setTimeout(() => shown.remove(), STAYS_MS);
}
