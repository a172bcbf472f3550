/** The first page: recommendations, recently viewed, trending, and the categories. */
import type { App } from "../app";
import { pictureOf } from "../ui/picture";
import { h } from "../ui/dom";
import { PlainList, SlateList } from "../ui/list";
import { type MakePage, seenAlready } from "./page";

const SLOTS = 12;
const TRENDING = 6;

export const home: MakePage = (app) => {
  const known = app.memory.recentlySeen.length > 0;
  const forYou = new SlateList(
    app,
    { title: "Recommended for you", note: known ? "Updates with every click." : "Click some products: the list adapts to you." },
    "home",
    () => ({ pageSize: SLOTS, excludeItemIds: seenAlready(app) }),
    "home",
  );
  const recent = new PlainList(app, { title: "Recently viewed" }, "recent", "row small").show(app.memory.recentlySeen.slice(0, 8));
  const trending = new PlainList(app, { title: "Trending now", note: "More popular today than usual." }, "trending", "row ranked");
  void app.recommender.trending("", TRENDING).then((ids) => trending.show(ids), () => undefined);
  const element = h("div", {}, hero(app), forYou.element, recent.element, trending.element, categories(app));
  return { title: app.name, element, lists: [forYou] };
};

function hero(app: App): HTMLElement {
  const faces = app.catalogue.categories.slice(0, 7).map((name) => app.catalogue.faceOf(name));
  return h(
    "section",
    { class: "hero" },
    h("div", {}, h("h1", { tabindex: "-1" }, app.words.headline), h("p", {}, app.words.tagline)),
    h("div", { class: "hero-pictures", "aria-hidden": "true" }, ...faces.map((face) => pictureOf(face, "hero-picture"))),
  );
}

function categories(app: App): HTMLElement {
  const cards = app.catalogue.categories.slice(0, 10).map((name) => {
    const face = app.catalogue.faceOf(name);
    return h("li", {}, h("a", { href: `#/category/${encodeURIComponent(name)}` }, pictureOf(face, "card-picture"), h("span", {}, name)));
  });
  return h("section", { class: "list", "aria-label": "Categories" }, h("header", {}, h("h2", {}, "Shop by category")), h("ul", { class: "cards" }, ...cards));
}
