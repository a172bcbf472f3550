/** A list of products. One that is asked for moves, before one's eyes, when the answer changes. */
import type { Slate } from "headwater/web";
import type { App, Refreshable } from "../app";
import type { Question } from "../loop";
import { h } from "./dom";
import { flip } from "./flip";
import { makeTile, type Tile } from "./tile";

export interface Heading {
  title: string;
  note?: string;
}

/** A heading with an empty list under it; it is hidden while there is nothing in the list. */
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

/** A list that stays as it is: no slate stands behind it, so nothing says why. */
export class PlainList extends Section {
  constructor(app: App, heading: Heading, placement: string, className = "row") {
    super(app, heading, placement, `${className} plain`);
  }

  show(ids: readonly string[]): this {
    this.arrange(ids);
    return this;
  }
}

const AGAIN_MS = 1500;
type Answerable = Omit<Question, "placement"> | Promise<Omit<Question, "placement">>;

/** A list of the recommender's. */
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

  /** Ask, and move to the answer; one that a later question has overtaken is passed over. */
  async refresh(): Promise<void> {
    const asked = ++this.asked;
    try {
      const slate = await this.app.loop.recommend({ placement: this.placement, ...(await this.question()) });
      if (asked !== this.asked) return;
      this.app.shown.set(this.key, slate);
      this.show(slate);
    } catch {
      // The list stays as it was: a shop never shows an error here. One that is empty asks again.
      if (asked === this.asked && this.list.children.length === 0) this.retry = setTimeout(() => void this.refresh(), AGAIN_MS);
    }
  }

  private show(slate: Slate, again = false): void {
    slate.results.forEach((result, index) => {
      this.tile(result.itemId).source = { slate, position: index + 1 };
    });
    const ids = slate.results.map((result) => result.itemId);
    const elements = new Map(ids.map((id) => [id, this.tile(id).element]));
    this.arrange(this.order(ids));
    this.list.dataset["recommendation"] = slate.recommendationId;
    if (again) return;
    this.unwatch();
    this.unwatch = this.app.loop.headwater.watch(slate, ids.map((id) => elements.get(id)));
  }

  leave(): void {
    clearTimeout(this.retry);
    this.unwatch();
  }
}
