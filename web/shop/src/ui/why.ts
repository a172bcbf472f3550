/** "Why this?": the server's explanation, and the parts of the score as bars. */
import type { Slate } from "headwater/web";
import type { App } from "../app";
import type { Source } from "../recommender";
import type { Product } from "../model/catalogue";
import { h, icon } from "./dom";

type Result = Slate["results"][number];

const NAMES: Record<string, string> = {
  next: "Often chosen next from here",
  together: "Often viewed with your items",
  history: "Your history with it",
  popular: "How popular it is",
  age: "How new it is",
  content: "Similar to your items",
  circumstances: "Context",
  item: "Its general performance",
  rules: "The shop's own rules",
  other: "Everything else",
};
const BARS_MAX = 6;

export function openWhy(app: App, source: Source | undefined, product: Product, placement: string, opener: HTMLElement): void {
  const result = source?.slate.results[source.position - 1];
  if (!result) return;
  const dialog = h("dialog", { class: "why-dialog", "aria-labelledby": "why-title" });
  const close = () => dialog.close();
  dialog.append(...[
    h("button", { class: "round close", type: "button", "aria-label": "Close", onclick: close }, icon("close")),
    h("p", { class: "eyebrow" }, "Why this?"),
    h("h2", { id: "why-title" }, product.name),
    h("p", { class: "sentence" }, result.explanation || "No explanation is available."),
    bars(result),
    probability(result),
    h("button", { class: "quiet", type: "button", onclick: () => { close(); void app.report("dismiss", product.id, placement, source); } }, "Not for me"),
  ].filter((part) => part !== null));
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}

function bars(result: Result): HTMLElement | null {
  const parts = result.contributions.filter((part) => part.feature !== "average").slice(0, BARS_MAX);
  if (!parts.length) return null;
  const max = Math.max(...parts.map((part) => Math.abs(part.contribution)));
  return h("dl", { class: "bars" }, ...parts.flatMap((part) => bar(part.feature, part.contribution, max)));
}

function bar(feature: string, contribution: number, max: number): HTMLElement[] {
  const share = Math.max(2, Math.round((50 * Math.abs(contribution)) / max));
  const side = contribution < 0 ? "against" : "for";
  const fill = h("span", { class: `bar ${side}`, style: `inline-size:${share}%` });
  return [
    h("dt", {}, NAMES[feature] ?? feature),
    h("dd", {}, h("span", { class: "track", "aria-hidden": "true" }, fill), h("span", { class: "unseen" }, `${side} it: ${contribution.toFixed(2)}`)),
  ];
}

function probability(result: Result): HTMLElement | null {
  const percent = Math.round(100 * (result.probability ?? 0));
  return percent < 1 ? null : h("p", { class: "chance" }, `Estimated probability of an action: ${percent} %`);
}
