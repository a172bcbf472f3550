/** All exchanges with Headwater, through its public browser client, with a log of them. */
import type { Headwater, Question, Slate, TrackDetails, TrackResult } from "headwater/web";

export type { Question };
type Details = TrackDetails;

/** One exchange, as the drawer "Behind the scenes" shows it. */
export interface Exchange {
  at: Date;
  kind: "requested" | "sent";
  what: string;
  answer: string;
  milliseconds: number;
  failed: boolean;
  details: Record<string, unknown>;
}

/** The list and slot where the visitor found an item: later events are attributed to it. */
export interface Source {
  slate: Slate;
  position: number;
}

export class Recommender {
  readonly log: Exchange[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly sources = new Map<string, Source>();

  constructor(readonly headwater: Headwater) {}

  get visitorId(): string {
    return this.headwater.visitorId;
  }

  onExchange(listener: () => void): void {
    this.listeners.add(listener);
  }

  /** Requests a list; the client makes sure that it includes the visitor's last actions. */
  recommend(question: Question): Promise<Slate> {
    const what = `a list of ${question.pageSize} for “${question.placement}”`;
    return this.recorded("requested", what, { ...question }, () => this.headwater.recommend({ ...question, explain: true }), slateAnswer);
  }

  similar(itemId: string, pageSize: number, filter: string): Promise<string[]> {
    const question = { itemIds: [itemId], pageSize, filter };
    const ask = async () => (await this.headwater.similar(question)).results.map((r) => r.itemId);
    return this.recorded("requested", `items related to ${itemId}`, question, ask, countAnswer);
  }

  trending(category: string, pageSize: number): Promise<string[]> {
    const ask = async () => (await this.headwater.trending({ category, pageSize })).results.map((r) => r.itemId);
    const what = category ? `trending items in ${category}` : "trending items";
    return this.recorded("requested", what, { category, pageSize }, ask, countAnswer);
  }

  /** Notes the list that led to an item: later events of the item are attributed to it. */
  cameFrom(itemId: string, source: Source | undefined): void {
    if (source) this.sources.set(itemId, source);
    else this.sources.delete(itemId);
  }

  /** Reports an event on one item; resolves when the server has learned it. */
  report(eventType: string, itemId: string, placement: string, source = this.sources.get(itemId)): Promise<void> {
    return this.send(eventType, { items: [itemId], placement, ...source });
  }

  send(eventType: string, details: Details): Promise<void> {
    const shown = { ...details, slate: details.slate?.recommendationId };
    return this.recorded("sent", `${eventType} ${names(details)}`, shown, () => this.headwater.track(eventType, details), eventAnswer)
      .then(() => undefined, () => undefined); // the client keeps the event and tries again; the log shows the error
  }

  private async recorded<T>(
    kind: Exchange["kind"], what: string, details: Record<string, unknown>, call: () => Promise<T>, describe: (answer: T) => Pick<Exchange, "answer" | "details">,
  ): Promise<T> {
    const started = performance.now();
    const write = (answer: string, failed: boolean, more: Record<string, unknown> = {}) => {
      const milliseconds = performance.now() - started;
      this.log.unshift({ at: new Date(), kind, what, answer, milliseconds, failed, details: { ...details, ...more } });
      this.log.length = Math.min(this.log.length, 60);
      for (const listener of this.listeners) listener();
    };
    try {
      const answer = await call();
      const described = describe(answer);
      write(described.answer, false, described.details);
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
const LEARNED: Record<string, string> = { created: "learned", exists: "already learned" };
const names = (details: Details): string =>
  (details.items ?? []).map((item) => (typeof item === "string" ? item : item.itemId)).slice(0, 3).join(", ");
