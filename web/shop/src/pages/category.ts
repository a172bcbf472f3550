/** All products of a category, in the recommended order or by price. */
import type { App } from "../app";
import { h } from "../ui/dom";
import { PlainList, SlateList } from "../ui/list";
import type { MakePage } from "./page";

const SLOTS = 30;
const TRENDING = 6;

export const category: MakePage = (app, name) => {
  const sort = h("select", { "aria-label": "Order", onchange: () => void list.refresh() }, ...Object.keys(ORDERS).map((order) => h("option", {}, order)));
  const list: SlateList = new SlateList(
    app,
    { title: "Sorted for you" },
    "category",
    () => ({ pageSize: SLOTS, filter: `categories: ANY(${JSON.stringify(name)})` }),
    `category:${name}`,
    "grid untitled",
    (ids) => ORDERS[sort.value]!(app, all(app, name, ids)),
  );
  const trending = new PlainList(app, { title: `Trending in ${name}` }, "trending", "row ranked");
  void app.recommender.trending(name, TRENDING).then((ids) => trending.show(ids), () => undefined);
  const head = h("header", { class: "page-head" }, h("h1", { tabindex: "-1" }, name), h("label", { class: "order" }, "Order ", sort));
  return { title: name, element: h("div", {}, head, list.element, trending.element), lists: [list] };
};

/** The recommended list, then the other products of the category: the page shows all of them. */
function all(app: App, name: string, ids: string[]): string[] {
  const others = app.catalogue.products.filter((product) => product.category === name && !ids.includes(product.id));
  return [...ids, ...others.slice(0, SLOTS - ids.length).map((product) => product.id)];
}

const price = (app: App, id: string): number => app.catalogue.get(id).price ?? Infinity;
const ORDERS: Record<string, (app: App, ids: string[]) => string[]> = {
  "for you": (_, ids) => ids,
  "lowest price": (app, ids) => ids.toSorted((a, b) => price(app, a) - price(app, b)),
  "highest price": (app, ids) => ids.toSorted((a, b) => price(app, b) - price(app, a)),
};
