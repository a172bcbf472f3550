/** Lists of products. A recommended list moves its tiles when its content changes. */
import type { Slate } from "headwater/web";
import type { App, Refreshable } from "../app";
import type { Question } from "../recommender";
import { h } from "./dom";
import { flip } from "./flip";
import { makeTile, type Tile } from "./tile";

export interface Heading {
  title: string;
  note?: string;
}

/** A heading with a list under it; hidden while the list is empty. */
class Section {
  readonly list = h("ol", { class: "tiles" });
  readonly element: HTMLElement;
  protected readonly tiles = new Map<string, Tile>();

  constructor(protected readonly app: App, heading: Heading, protected readonly placement: string, className: string) {
    const title = h("h2", {}, heading.title);
    this.element = h(
      "section",
      { class: `list ${className}`, "data-placement": placement, "aria-label": heading.title },
      h("header", {}, title, heading.note && h("p", {}, heading.note)),
      this.list,
    );
    this.element.hidden = true;
  }

  protected arrange(ids: readonly string[]): HTMLLIElement[] {
    const before = this.list.children.length > 0;
    const elements = ids.map((id) => this.tile(id).element);
    if (before) flip(this.list, elements);
    else this.list.replaceChildren(...elements);
    this.element.hidden = ids.length === 0;
    return elements;
  }

  protected tile(id: string): Tile {
    const made = this.tiles.get(id) ?? makeTile(this.app, this.app.catalogue.get(id), this.placement);
    this.tiles.set(id, made);
    return made;
  }
}

/** A list without a slate: it does not change, and its tiles have no explanation. */
export class PlainList extends Section {
  constructor(app: App, heading: Heading, placement: string, className = "row") {
    super(app, heading, placement, `${className} plain`);
  }

  show(ids: readonly string[]): this {
    this.arrange(ids);
    return this;
  }
}

const RETRY_MS = 1500;
type Answerable = Omit<Question, "placement"> | Promise<Omit<Question, "placement">>;

/** A recommended list. */
export class SlateList extends Section implements Refreshable {
  private asked = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  private unwatch = (): void => undefined;

  constructor(
    app: App, heading: Heading, placement: string, private readonly question: () => Answerable, private readonly key: string, className = "grid",
    private readonly order: (ids: string[]) => string[] = (ids) => ids,
  ) {
    super(app, heading, placement, className);
    const shown = app.shown.get(key);
    if (shown) this.show(shown, true);
  }

  /** Requests the list and shows it, unless a later request was sent meanwhile. */
  async refresh(): Promise<void> {
    const asked = ++this.asked;
    try {
      const slate = await this.app.recommender.recommend({ placement: this.placement, ...(await this.question()) });
      if (asked !== this.asked) return;
      this.app.shown.set(this.key, slate);
      this.show(slate);
    } catch {
      // Keep the old list: a shop shows no error here. An empty list tries again.
      if (asked === this.asked && this.list.children.length === 0) this.retry = setTimeout(() => void this.refresh(), RETRY_MS);
    }
  }

  private show(slate: Slate, isOld = false): void {
    slate.results.forEach((result, index) => {
      this.tile(result.itemId).source = { slate, position: index + 1 };
    });
    const ids = slate.results.map((result) => result.itemId);
    const elements = new Map(ids.map((id) => [id, this.tile(id).element]));
    this.arrange(this.order(ids));
    this.list.dataset["recommendation"] = slate.recommendationId;
    if (isOld) return;
    this.unwatch();
    this.unwatch = this.app.recommender.headwater.watch(slate, ids.map((id) => elements.get(id)));
  }

  leave(): void {
    clearTimeout(this.retry);
    this.unwatch();
  }
}
