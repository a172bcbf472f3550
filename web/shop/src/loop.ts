/** The loop with the recommender, by its public browser client alone, and a diary of it. */
import type { Headwater, Question, Slate, TrackDetails, TrackResult } from "headwater/web";

export type { Question };
type Details = TrackDetails;

/** One exchange, as the drawer "behind the scenes" tells it. */
export interface Exchange {
  at: Date;
  kind: "asked" | "sent";
  what: string;
  answer: string;
  milliseconds: number;
  failed: boolean;
  details: Record<string, unknown>;
}

/** Where a visitor came to an item from: credits the list that was shown. */
export interface Source {
  slate: Slate;
  position: number;
}

export class Loop {
  readonly diary: Exchange[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly sources = new Map<string, Source>();

  constructor(readonly headwater: Headwater) {}

  get visitorId(): string {
    return this.headwater.visitorId;
  }

  onExchange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Ask for a list; the client sees to it that the list knows what the visitor has just done. */
  recommend(question: Question): Promise<Slate> {
    const what = `a list of ${question.pageSize} for “${question.placement}”`;
    return this.told("asked", what, { ...question }, () => this.headwater.recommend({ ...question, explain: true }), slateAnswer);
  }

  similar(itemId: string, pageSize: number, filter: string): Promise<string[]> {
    const question = { itemIds: [itemId], pageSize, filter };
    const ask = async () => (await this.headwater.similar(question)).results.map((r) => r.itemId);
    return this.told("asked", `what goes with ${itemId}`, question, ask, countAnswer);
  }

  trending(category: string, pageSize: number): Promise<string[]> {
    const ask = async () => (await this.headwater.trending({ category, pageSize })).results.map((r) => r.itemId);
    const what = category ? `what is on the rise in ${category}` : "what is on the rise";
    return this.told("asked", what, { category, pageSize }, ask, countAnswer);
  }

  /** The visitor came to an item by a list: what follows there is credited to it. */
  cameFrom(itemId: string, source: Source | undefined): void {
    if (source) this.sources.set(itemId, source);
    else this.sources.delete(itemId);
  }

  /** Tell what a visitor did with one item; resolves when the recommender has learned it. */
  did(eventType: string, itemId: string, placement: string, source = this.sources.get(itemId)): Promise<void> {
    return this.send(eventType, { items: [itemId], placement, ...source });
  }

  send(eventType: string, details: Details): Promise<void> {
    const shown = { ...details, slate: details.slate?.recommendationId };
    return this.told("sent", `${eventType} ${names(details)}`, shown, () => this.headwater.track(eventType, details), eventAnswer)
      .then(() => undefined, () => undefined); // the client keeps it and tries again; the diary tells
  }

  private async told<T>(
    kind: Exchange["kind"], what: string, details: Record<string, unknown>, call: () => Promise<T>, say: (answer: T) => Pick<Exchange, "answer" | "details">,
  ): Promise<T> {
    const started = performance.now();
    const write = (answer: string, failed: boolean, more: Record<string, unknown> = {}) => {
      const milliseconds = performance.now() - started;
      this.diary.unshift({ at: new Date(), kind, what, answer, milliseconds, failed, details: { ...details, ...more } });
      this.diary.length = Math.min(this.diary.length, 60);
      for (const listener of this.listeners) listener();
    };
    try {
      const answer = await call();
      const said = say(answer);
      write(said.answer, false, said.details);
      return answer;
    } catch (error) {
      write(error instanceof Error ? error.message : String(error), true);
      throw error;
    }
  }
}

const slateAnswer = (slate: Slate) => ({
  answer: `${slate.results.length} items`,
  details: { recommendationId: slate.recommendationId, offset: slate.offset, results: slate.results.map((r) => r.itemId) },
});
const countAnswer = (ids: string[]) => ({ answer: `${ids.length} items`, details: { results: ids } });
const eventAnswer = ({ status, detail, offset }: TrackResult) => ({
  answer: [LEARNED[status] ?? status, detail].filter(Boolean).join(": "),
  details: { offset },
});
const LEARNED: Record<string, string> = { created: "learned", exists: "learned before" };
const names = (details: Details): string =>
  (details.items ?? []).map((item) => (typeof item === "string" ? item : item.itemId)).slice(0, 3).join(", ");
