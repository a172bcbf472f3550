/** The top of every page: name, search, visitor, basket, categories. */
import type { App } from "../app";
import { becomeNew } from "../model/visitor";
import { fromMarkup, h, icon } from "./dom";
import type { Drawer } from "./drawer";

const MARK =
  '<svg viewBox="0 0 40 40" aria-hidden="true"><circle cx="20" cy="20" r="19" fill="#2f5d50"/><path d="M20 33V15M20 22c-6 0-9-4-9-9 5 0 9 3 9 9ZM20 18c0-6 4-9 9-9 0 5-3 9-9 9ZM20 29c-4 0-6-2-7-5 4-1 7 1 7 5Z" fill="#f3e6c8" stroke="#f3e6c8" stroke-width="1.6" stroke-linejoin="round"/></svg>';
const SEARCH_AFTER_MS = 180;

export function makeHeader(app: App, drawer: Drawer): HTMLElement {
  return h(
    "header",
    { class: "top" },
    h(
      "div",
      { class: "bar-top" },
      h("a", { class: "brand", href: "#/", "aria-label": `${app.name}, home` }, fromMarkup(MARK, "mark"), h("span", {}, app.name)),
      searchForm(),
      h("div", { class: "top-actions" }, visitorMenu(app, drawer), basketLink(app)),
    ),
    h("nav", { class: "categories", "aria-label": "Categories" }, h("ul", {}, ...app.catalogue.categories.map(categoryLink))),
  );
}

const categoryLink = (name: string): HTMLElement =>
  h("li", {}, h("a", { href: `#/category/${encodeURIComponent(name)}` }, name));

function searchForm(): HTMLElement {
  const field = h("input", { type: "search", name: "q", placeholder: "Search the shop", "aria-label": "Search the shop", autocomplete: "off" });
  let waiting: ReturnType<typeof setTimeout> | undefined;
  const search = () => {
    const text = field.value.trim();
    if (text) location.hash = `#/search/${encodeURIComponent(text)}`;
  };
  field.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(search, SEARCH_AFTER_MS); });
  addEventListener("hashchange", () => { if (!location.hash.startsWith("#/search/")) field.value = ""; });
  return h("form", { class: "search", role: "search", onsubmit: (event: Event) => { event.preventDefault(); search(); } }, icon("search"), field);
}

function basketLink(app: App): HTMLElement {
  const count = h("span", { class: "count" });
  const link = h("a", { class: "icon-link basket-link", href: "#/basket" }, icon("basket"), h("span", { class: "word" }, "Basket"), " ", count);
  const draw = () => {
    count.replaceChildren(String(app.memory.count), h("span", { class: "unseen" }, " items"));
    count.hidden = app.memory.count === 0;
  };
  app.memory.onChange(draw);
  draw();
  return link;
}

function visitorMenu(app: App, drawer: Drawer): HTMLElement {
  const menu = h(
    "div",
    { class: "menu", id: "visitor-menu", popover: "auto" },
    h("p", {}, "You are ", h("strong", {}, app.recommender.visitorId)),
    h("button", { type: "button", class: "menu-item", onclick: becomeNew }, "New visitor"),
    h("a", { class: "menu-item", href: `${location.pathname}?visitor=new`, target: "_blank", rel: "noopener" }, "Second visitor in a new window"),
    h("button", { type: "button", class: "menu-item", "aria-controls": "behind", "aria-expanded": "false", onclick: () => { menu.hidePopover(); drawer.toggle(); } }, "Behind the scenes"),
  );
  return h("div", { class: "visitor" }, h("button", { type: "button", class: "icon-link", popovertarget: "visitor-menu" }, icon("person"), h("span", { class: "word" }, "Visitor")), menu);
}
