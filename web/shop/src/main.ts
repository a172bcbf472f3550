/** The demo shop: reads what it sells and its publishable key, then opens. */
import { Headwater } from "headwater/web";
import { App } from "./app";
import { Loop } from "./loop";
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

const TIMEOUT_MS = 4000; // a demonstration may run on a busy laptop

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
  const app = new App(config.name, config, config.currency, new Catalogue(products), new Loop(headwater), new Memory(headwater.visitorId));
  const drawer = new Drawer(app);
  const main = h("main", { id: "main" });
  document.body.replaceChildren(h("a", { class: "skip", href: "#main", onclick: skip }, "To the content"), makeHeader(app, drawer), main, footer(app, drawer), drawer.element);
  startRouting(app, main);
}

/** Jump without changing the address, which says what page this is. */
function skip(event: Event): void {
  event.preventDefault();
  document.querySelector<HTMLElement>("main h1")?.focus();
}

function footer(app: App, drawer: Drawer): HTMLElement {
  const behind = h("button", { type: "button", class: "quiet", "aria-controls": "behind", "aria-expanded": "false", onclick: () => drawer.toggle() }, icon("pulse"), "Behind the scenes");
  return h("footer", { class: "foot" }, h("p", {}, `${app.name} is a demonstration: nothing is sold here. Its lists are Headwater’s.`), behind);
}

open().catch((error: unknown) => {
  const why = error instanceof Error ? error.message : String(error);
  document.body.replaceChildren(h("main", { class: "closed" }, h("h1", {}, "The shop is closed."), h("p", {}, `It could not read what it sells (${why}). Start it with: headwater demo --shop`)));
});
