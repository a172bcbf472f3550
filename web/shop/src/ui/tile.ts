/** One product in a list. Technical details appear only after "Why this?". */
import type { App } from "../app";
import type { Source } from "../recommender";
import type { Product } from "../model/catalogue";
import { pictureOf } from "./picture";
import { h, icon } from "./dom";
import { money } from "./money";
import { openWhy } from "./why";

export interface Tile {
  element: HTMLLIElement;
  /** The slate and slot of the tile; they change when the list moves. */
  source?: Source;
}

export function makeTile(app: App, product: Product, placement: string): Tile {
  const tile: Tile = { element: h("li", { class: "tile", "data-id": product.id, "data-category": product.category }) };
  const open = () => {
    app.clicked = product.id;
    app.recommender.cameFrom(product.id, tile.source);
    void app.recommender.report(tile.source ? "click" : "detail-page-view", product.id, placement);
  };
  const why = h("button", { class: "why", type: "button", "aria-haspopup": "dialog", onclick: () => openWhy(app, tile.source, product, placement, why) }, "Why this?");
  tile.element.append(
    h(
      "a",
      { class: "tile-link", href: `#/product/${encodeURIComponent(product.id)}`, onclick: open },
      pictureOf(product, "tile-picture"),
      product.maker && h("span", { class: "maker" }, product.maker),
      h("span", { class: "tile-name" }, product.name),
      h("span", { class: "price" }, money(product.price)),
    ),
    h("div", { class: "tile-actions" }, heartButton(app, product, placement, tile), addButton(app, product, placement, tile)),
    why,
  );
  return tile;
}

function addButton(app: App, product: Product, placement: string, tile: Tile): HTMLButtonElement {
  const add = () => app.addToBasket(product, 1, placement, tile.source);
  return h("button", { class: "round add", type: "button", "aria-label": `Add ${product.name} to the basket`, onclick: add }, icon("plus"));
}

export function heartButton(app: App, product: Product, placement: string, tile?: Tile): HTMLButtonElement {
  const button = h("button", {
    class: "round heart",
    type: "button",
    "aria-pressed": app.memory.hearts.has(product.id),
    "aria-label": `Add ${product.name} to favourites`,
    onclick: () => button.setAttribute("aria-pressed", String(app.heart(product, placement, tile?.source))),
  }, icon("heart"));
  return button;
}
