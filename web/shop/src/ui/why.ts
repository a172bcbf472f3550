/** "Why this?": the recommender's own sentence, and what its score is made of, as small bars. */
import type { Slate } from "headwater/web";
import type { App } from "../app";
import type { Source } from "../loop";
import type { Product } from "../model/catalogue";
import { h, icon } from "./dom";

type Result = Slate["results"][number];

const WORDS: Record<string, string> = {
  next: "What people go on to from here",
  together: "Goes with what you looked at",
  history: "Your own history with it",
  popular: "How popular it is",
  age: "How new it is",
  content: "Like what you looked at",
  circumstances: "Place and moment",
  item: "How it does in general",
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
    h("p", { class: "sentence" }, result.explanation || "The recommender was in a hurry, and gave no reason."),
    bars(result),
    chance(result),
    h("button", { class: "quiet", type: "button", onclick: () => { close(); void app.did("dismiss", product.id, placement, source); } }, "Not for me"),
  ].filter((part) => part !== null));
  dialog.addEventListener("click", (event) => event.target === dialog && close());
  dialog.addEventListener("close", () => { dialog.remove(); opener.focus(); });
  document.body.append(dialog);
  dialog.showModal();
}

function bars(result: Result): HTMLElement | null {
  const parts = result.contributions.filter((part) => part.feature !== "average").slice(0, BARS_MAX);
  if (!parts.length) return null;
  const most = Math.max(...parts.map((part) => Math.abs(part.contribution)));
  return h("dl", { class: "bars" }, ...parts.flatMap((part) => bar(part.feature, part.contribution, most)));
}

function bar(feature: string, contribution: number, most: number): HTMLElement[] {
  const share = Math.max(2, Math.round((50 * Math.abs(contribution)) / most));
  const side = contribution < 0 ? "against" : "for";
  const fill = h("span", { class: `bar ${side}`, style: `inline-size:${share}%` });
  return [
    h("dt", {}, WORDS[feature] ?? feature),
    h("dd", {}, h("span", { class: "track", "aria-hidden": "true" }, fill), h("span", { class: "unseen" }, `speaks ${side} it: ${contribution.toFixed(2)}`)),
  ];
}

function chance(result: Result): HTMLElement | null {
  const percent = Math.round(100 * (result.probability ?? 0));
  return percent < 1 ? null : h("p", { class: "chance" }, `Chance that you act on it, here and now: ${percent} %`);
}
