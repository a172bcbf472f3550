/** "Behind the scenes": the visitor's ID and each exchange with Headwater. */
import type { App } from "../app";
import type { Exchange } from "../recommender";
import { h, icon } from "./dom";

export class Drawer {
  readonly element: HTMLElement;
  private readonly list = h("ol", { class: "exchanges" });
  private readonly state = h("p", { class: "pulse-state" });

  constructor(private readonly app: App) {
    this.element = h(
      "aside",
      { class: "drawer", id: "behind", "aria-label": "Behind the scenes", tabindex: "-1" },
      h("header", {}, h("h2", {}, "Behind the scenes"), h("button", { class: "round", type: "button", "aria-label": "Close", onclick: () => this.toggle(false) }, icon("close"))),
      h("p", {}, "Each action is sent immediately, and the next list includes it. Nothing else is sent."),
      h("dl", { class: "facts" }, h("dt", {}, "Visitor"), h("dd", { class: "visitor-id" }, app.recommender.visitorId)),
      this.state,
      this.list,
    );
    this.element.hidden = true;
    this.element.addEventListener("keydown", (event) => event.key === "Escape" && this.toggle(false));
    app.recommender.onExchange(() => this.draw());
  }

  toggle(open = Boolean(this.element.hidden)): void {
    this.element.hidden = !open;
    document.documentElement.classList.toggle("with-drawer", open);
    for (const opener of document.querySelectorAll("[aria-controls=behind]")) opener.setAttribute("aria-expanded", String(open));
    if (open) {
      this.draw();
      this.element.focus();
    }
  }

  private draw(): void {
    if (this.element.hidden) return;
    const { log } = this.app.recommender;
    const took = log.filter((one) => !one.failed).map((one) => one.milliseconds).sort((a, b) => a - b);
    this.state.textContent = took.length ? `Median response time: ${Math.round(took[took.length >> 1]!)} ms` : "";
    const open = new Set([...this.list.querySelectorAll("details[open]")].map((one) => one.id));
    this.list.replaceChildren(...log.map((one, index) => entry(one, log.length - index, open)));
  }
}

function entry(one: Exchange, number: number, open: Set<string>): HTMLLIElement {
  const id = `exchange-${one.at.getTime()}-${number}`;
  return h(
    "li",
    { class: one.failed ? "failed" : one.kind },
    h(
      "details",
      { id, open: open.has(id) },
      h("summary", {}, h("span", { class: "arrow", "aria-hidden": "true" }, one.kind === "sent" ? "↑" : "↓"), h("span", { class: "what" }, `${one.kind} ${one.what}`), h("span", { class: "answer" }, `${one.answer} · ${Math.round(one.milliseconds)} ms`)),
      h("pre", {}, JSON.stringify(one.details, null, 1)),
    ),
  );
}
