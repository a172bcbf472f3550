import { Delivery } from "./delivery.js";
import { withoutWrongClock } from "./device-clock.js";
import { LEASE_MS, Lease } from "./lease.js";
import { Post } from "./post.js";
import type { OnProblem } from "./problems.js";
import { Queue } from "./queue.js";
import type { Shelf } from "./shelf.js";
import type { TrackResult } from "./waiters.js";
import type { WireEvent } from "./wire-event.js";

export interface OutboxOptions {
  url: string;
  key: string;
  /** The prefix of this gateway's names on the shelf. */
  space: string;
  shelf: Shelf;
  eventsMax: number;
  ageMsMax: number;
  timeoutMs: number;
  report: OnProblem;
  onOffset: (offset: string) => void;
}

/** The events of one tab, and those of closed tabs. */
export class Outbox {
  readonly #space: string;
  readonly #lease: Lease;
  readonly #queue: Queue;
  readonly #post: Post;
  readonly #delivery: Delivery;
  readonly #underWay = new Set<readonly WireEvent[]>();
  #adopting: Promise<unknown> = Promise.resolve();
  readonly #timer: ReturnType<typeof setTimeout>;

  constructor(options: OutboxOptions) {
    const { space, shelf, eventsMax, ageMsMax } = options;
    this.#space = space;
    this.#lease = new Lease(shelf, space);
    this.#queue = new Queue(shelf, this.#lease, space, { eventsMax, ageMsMax });
    this.#post = new Post(options.url, options.key, options.timeoutMs);
    this.#delivery = new Delivery(this.#queue, withoutWrongClock(this.#send), options.report, options.onOffset);
    this.#lease.hold();
    this.#adopt();
    this.#timer = setTimeout(() => this.#adopt(), LEASE_MS); // by then the leases of crashed tabs have expired
    (this.#timer as { unref?: () => void }).unref?.();
  }

  add(event: WireEvent): Promise<TrackResult> {
    return this.#delivery.add(event);
  }

  /** Send waiting events now, also those of closed tabs. */
  wake(): void {
    this.#adopt();
    this.#delivery.wake();
  }

  /** Wait until events in progress are answered, or for `timeoutMs`. */
  async settled(timeoutMs: number): Promise<void> {
    await this.#adopting; // the events of the page before count as well
    await this.#delivery.settled(timeoutMs);
  }

  async flush(timeoutMs: number): Promise<void> {
    this.#adopt();
    await this.#adopting;
    await this.#delivery.flush(timeoutMs);
  }

  /**
   * The page is left: hand all events that are in no request to the browser. They stay on the shelf, since the browser
   * does not report whether they arrived; the next page sends them again, and each is learned once.
   */
  leave(): void {
    const carried = new Set([...this.#underWay].flat().map(({ eventId }) => eventId));
    this.#queue.giveBackAll();
    for (let batch = this.#queue.take(); batch.length; batch = this.#queue.take()) {
      const rest = batch.filter(({ eventId }) => !carried.has(eventId));
      if (rest.length && !this.#post.beacon(rest)) void this.#post.send(rest, true).catch(() => {});
    }
    this.#lease.giveBack();
  }

  /** The page is back from the back-forward cache: it takes its events again. */
  comeBack(): void {
    this.#lease.hold();
    this.#queue.giveBackAll();
    this.wake();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.leave();
    this.#delivery.close();
  }

  /** Send a batch by a request that continues without its page; after a failure by a normal one, which has no size limit. */
  readonly #send = async (events: readonly WireEvent[], hopeful: boolean) => {
    const keepalive = hopeful && Post.keepsAlive;
    if (keepalive) this.#underWay.add(events);
    try {
      return await this.#post.send(events, keepalive);
    } finally {
      this.#underWay.delete(events);
    }
  };

  /** Only one tab at a time takes the events of closed tabs, if the browser has locks. */
  #adopt(): void {
    const adopt = (): void => {
      this.#delivery.drop(this.#queue.adopt());
      if (!this.#delivery.isPausing && this.#queue.hasFree) this.#delivery.wake();
    };
    const locks = globalThis.navigator?.locks;
    if (!locks) adopt();
    else {
      const free = async (lock: Lock | null): Promise<void> => (lock ? adopt() : undefined);
      const adopting = locks.request(`${this.#space}adopt`, { ifAvailable: true }, free).catch(adopt);
      this.#adopting = Promise.all([this.#adopting, adopting]);
    }
  }
}
