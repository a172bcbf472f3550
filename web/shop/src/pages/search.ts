/** Search results. The page finds them itself, so clicks on them have no attribution token. */
import { h } from "../ui/dom";
import { PlainList } from "../ui/list";
import type { MakePage } from "./page";

export const search: MakePage = (app, text) => {
  const found = app.catalogue.search(text);
  const count = found.length === 1 ? "One product" : `${found.length || "No"} products`;
  const list = new PlainList(app, { title: `${count} for “${text}”` }, "search", "grid").show(found.map((product) => product.id));
  const nothing = h("p", { class: "empty" }, "No products found. Try “tent”, “wool” or “coffee”.");
  return { title: `Search: ${text}`, element: h("div", {}, h("h1", { class: "unseen", tabindex: "-1" }, `Search: ${text}`), found.length ? list.element : nothing), lists: [] };
};
