/** One product with related products and recommendations for the visitor. */
import type { App } from "../app";
import type { Product } from "../model/catalogue";
import { pictureOf } from "../ui/picture";
import { h, icon } from "../ui/dom";
import { PlainList, SlateList } from "../ui/list";
import { money } from "../ui/money";
import { heartButton } from "../ui/tile";
import { type MakePage, otherKinds } from "./page";

const BESIDE = 6;
const PIECES_MAX = 9;

export const product: MakePage = (app, id) => {
  const shown = app.catalogue.get(id);
  if (app.clicked !== id) void app.recommender.report("detail-page-view", id, "product", undefined); // opened by a link or a bookmark
  app.clicked = "";
  app.memory.saw(id);
  const goesWith = new PlainList(app, { title: "Goes well with" }, "similar");
  const beside = app.recommender.similar(id, BESIDE, otherKinds([shown])).catch((): string[] => []);
  void beside.then((ids) => goesWith.show(ids));
  const more = new SlateList(
    app,
    { title: "More for you" },
    "product",
    async () => ({ pageSize: BESIDE, contextItemIds: [id], excludeItemIds: [id, ...app.memory.basket.keys(), ...(await beside)] }),
    `product:${id}`,
    "row",
  );
  const element = h("div", {}, crumbs(shown), h("article", { class: "product" }, pictureOf(shown, "big-picture"), details(app, shown)), goesWith.element, more.element);
  return { title: shown.name, element, lists: [more] };
};

const crumbs = (shown: Product): HTMLElement =>
  h("nav", { class: "crumbs", "aria-label": "You are here" }, h("a", { href: "#/" }, "Home"), shown.category && h("a", { href: `#/category/${encodeURIComponent(shown.category)}` }, shown.category), h("span", { "aria-current": "page" }, shown.name));

function details(app: App, shown: Product): HTMLElement {
  const pieces = h("select", { "aria-label": "Quantity" }, ...Array.from({ length: PIECES_MAX }, (_, n) => h("option", {}, n + 1)));
  const add = () => app.addToBasket(shown, Number(pieces.value), "product");
  return h(
    "div",
    { class: "details" },
    shown.maker && h("p", { class: "maker" }, shown.maker),
    h("h1", { tabindex: "-1" }, shown.name),
    h("p", { class: "price big" }, money(shown.price)),
    shown.maker && h("p", { class: "colour" }, "Colour: ", h("strong", {}, shown.colour)),
    shown.text && h("p", { class: "text" }, shown.text),
    h("ul", { class: "tags" }, ...(shown.tags ?? []).map((tag) => h("li", {}, tag))),
    h("div", { class: "buy" }, pieces, h("button", { class: "primary", type: "button", onclick: add }, "Add to basket"), heartButton(app, shown, "product")),
    shown.maker && h("ul", { class: "promises" }, ...["Delivery in two to three days", "Free returns for 100 days", "Lifetime repair service"].map((text) => h("li", {}, icon("check"), text))),
  );
}
