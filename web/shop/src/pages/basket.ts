/** The basket with recommendations beside it, and the checkout. */
import type { App } from "../app";
import { pictureOf } from "../ui/picture";
import { h, icon } from "../ui/dom";
import { SlateList } from "../ui/list";
import { money } from "../ui/money";
import { type MakePage, otherKinds, type Page } from "./page";

const BESIDE = 6;
const PIECES_MAX = 9;

export const basket: MakePage = (app) => {
  const lines = h("div", { class: "basket" });
  const beside = new SlateList(
    app,
    { title: "Completes your basket" },
    "basket",
    () => ({ pageSize: BESIDE, contextItemIds: inBasket(app), excludeItemIds: inBasket(app), filter: otherKinds(inBasket(app).map((id) => app.catalogue.get(id))) }),
    "basket",
    "beside",
  );
  const draw = () => lines.replaceChildren(...content(app));
  app.memory.onChange(() => lines.isConnected && draw());
  draw();
  const element = h("div", {}, h("h1", { tabindex: "-1" }, "Your basket"), h("div", { class: "basket-page" }, lines, beside.element));
  return { title: "Basket", element, lists: [beside] };
};

const inBasket = (app: App): string[] => [...app.memory.basket.keys()];

const total = (app: App): number =>
  [...app.memory.basket].reduce((sum, [id, pieces]) => sum + pieces * (app.catalogue.get(id).price ?? 0), 0);

function content(app: App): Node[] {
  if (!app.memory.basket.size) {
    return [h("div", { class: "empty" }, h("p", {}, "Your basket is empty."), h("a", { class: "primary", href: "#/" }, "Continue shopping"))];
  }
  const lines = [...app.memory.basket].map(([id, pieces]) => line(app, id, pieces));
  const sum = h("dl", { class: "sum" }, h("dt", {}, "Delivery"), h("dd", {}, "free"), h("dt", {}, "Total"), h("dd", { class: "total" }, money(total(app))));
  return [h("ul", { class: "lines" }, ...lines), sum, h("button", { class: "primary wide", type: "button", onclick: () => checkOut(app) }, "Check out")];
}

function line(app: App, id: string, pieces: number): HTMLLIElement {
  const product = app.catalogue.get(id);
  const choice = h("select", { "aria-label": `Quantity of ${product.name}`, onchange: () => app.setPieces(product, Number(choice.value)) }, ...Array.from({ length: PIECES_MAX }, (_, n) => h("option", { selected: n + 1 === pieces }, n + 1)));
  return h(
    "li",
    {},
    pictureOf(product, "line-picture"),
    h("div", {}, product.maker && h("span", { class: "maker" }, product.maker), h("a", { href: `#/product/${encodeURIComponent(id)}`, onclick: () => app.recommender.report("detail-page-view", id, "basket"), class: "tile-name" }, product.name)),
    choice,
    h("span", { class: "price" }, money(pieces * (product.price ?? 0))),
    h("button", { class: "round", type: "button", "aria-label": `Remove ${product.name}`, onclick: () => app.setPieces(product, 0) }, icon("close")),
  );
}

function checkOut(app: App): void {
  const items = [...app.memory.basket].map(([itemId, quantity]) => ({ itemId, quantity, price: app.catalogue.get(itemId).price, currencyCode: app.currency }));
  void app.recommender.send("purchase-complete", { items, placement: "basket" }).then(() => app.refresh());
  app.ordered = inBasket(app).map((id) => app.catalogue.get(id));
  app.memory.empty();
  location.hash = "#/thanks";
}

/** After the checkout: the lists no longer show what was bought. */
export const thanks: MakePage = (app): Page => {
  const next = new SlateList(app, { title: "You may also like" }, "thanks", () => ({ pageSize: BESIDE, filter: otherKinds(app.ordered) }), "thanks", "row");
  const words = h("div", { class: "thanks" }, h("h1", { tabindex: "-1" }, "Thank you."), h("p", {}, "Your order is on its way. Nothing will be charged: this shop is a demo."), h("a", { class: "primary", href: "#/" }, "Back to the shop"));
  return { title: "Thank you", element: h("div", {}, words, next.element), lists: [next] };
};
