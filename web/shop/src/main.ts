/** The demo shop: loads its catalogue and its publishable key, then shows the page. */
import { Headwater } from "headwater/web";
import { App } from "./app";
import { Recommender } from "./recommender";
import { Catalogue, type Product } from "./model/catalogue";
import { Memory } from "./model/memory";
import { visitorOfWindow } from "./model/visitor";
import { startRouting } from "./router";
import "./styles/index.css";
import { h, icon } from "./ui/dom";
import { Drawer } from "./ui/drawer";
import { makeHeader } from "./ui/header";
import { useCurrency } from "./ui/money";

interface Config {
  name: string;
  headline: string;
  tagline: string;
  pageKey: string;
  currency: string;
}

const TIMEOUT_MS = 4000; // the demo may run on a busy laptop

async function read<T>(name: string): Promise<T> {
  const answer = await fetch(new URL(name, document.baseURI));
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return (await answer.json()) as T;
}

async function open(): Promise<void> {
  const [config, { products }] = await Promise.all([read<Config>("config.json"), read<{ products: Product[] }>("catalogue.json")]);
  useCurrency(config.currency);
  const visitorId = visitorOfWindow();
  const headwater = new Headwater({ url: location.origin, key: config.pageKey, timeoutMs: TIMEOUT_MS, ...(visitorId ? { visitorId } : {}) });
  const app = new App(config.name, config, config.currency, new Catalogue(products), new Recommender(headwater), new Memory(headwater.visitorId));
  const drawer = new Drawer(app);
  const main = h("main", { id: "main" });
  document.body.replaceChildren(h("a", { class: "skip", href: "#main", onclick: skip }, "Skip to content"), makeHeader(app, drawer), main, footer(app, drawer), drawer.element);
  startRouting(app, main);
}

/** Moves the focus without changing the address, which names the page. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

function footer(app: App, drawer: Drawer): HTMLElement {
  const behind = h("button", { type: "button", class: "quiet", "aria-controls": "behind", "aria-expanded": "false", onclick: () => drawer.toggle() }, icon("pulse"), "Behind the scenes");
  return h("footer", { class: "foot" }, h("p", {}, `${app.name} is a demo: nothing is sold here. The recommendations come from Headwater.`), behind);
}

open().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  document.body.replaceChildren(h("main", { class: "closed" }, h("h1", {}, "The shop is closed."), h("p", {}, `The catalogue cannot be loaded (${why}). Start the shop with: headwater demo --shop`)));
});
