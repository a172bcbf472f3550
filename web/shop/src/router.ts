/** Chooses the page by the part of the address after the #: any static server can serve it. */
import type { App } from "./app";
import { basket, thanks } from "./pages/basket";
import { category } from "./pages/category";
import { home } from "./pages/home";
import type { MakePage } from "./pages/page";
import { product } from "./pages/product";
import { search } from "./pages/search";

const PAGES: Record<string, MakePage> = { "": home, category, product, basket, thanks, search };

export function startRouting(app: App, main: HTMLElement): void {
  let first = true;
  const show = () => {
    const [name = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/");
    const page = (PAGES[name] ?? home)(app, decoded(rest.join("/")));
    document.title = page.title === app.name ? app.name : `${page.title} · ${app.name}`;
    main.replaceChildren(page.element);
    main.dataset["page"] = name || "home";
    app.setLists(...page.lists);
    void app.refresh();
    markCategory();
    if (!first) focusTitle(main, name);
    first = false;
  };
  addEventListener("hashchange", show);
  show();
}

/** A link that somebody typed may hold a lone %: then it is taken as it is. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Moves the focus to the page's title, for keyboards and screen readers; not while a search is typed. */
function focusTitle(main: HTMLElement, name: string): void {
  scrollTo({ top: 0 });
  if (name !== "search") main.querySelector<HTMLElement>("h1")?.focus({ preventScroll: true });
}

function markCategory(): void {
  for (const link of document.querySelectorAll(".categories a")) {
    if (link.getAttribute("href") === location.hash) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}
