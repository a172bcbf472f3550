import type { Event, FeedbackAnswer } from "../core/events.js";
import { orFallback } from "../core/fallback.js";
import type { ItemList, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
import type { Metrics, Model } from "../core/model.js";
import type { CallOptions, Fallback, Question, Slate } from "../core/recommendations.js";
import { READING, REPEATABLE } from "../core/retrying.js";
import { FeedbackService } from "../gen/headwater/v1/feedback_service_pb.js";
import { ModelService } from "../gen/headwater/v1/model_service_pb.js";
import { RecommendationService } from "../gen/headwater/v1/recommendation_service_pb.js";
import { feedbackAnswer, toEvent } from "../wire/events.js";
import { itemList } from "../wire/lists.js";
import { metrics, model } from "../wire/model.js";
import { named, recommendRequest, slate } from "../wire/recommendations.js";
import { toIds } from "../wire/values.js";
import { Catalogue, READ_MS, WRITE_MS } from "./catalogue.js";
import { streamed } from "./feedback-stream.js";
import type { Batches } from "./unanswered.js";

/**
 * Talks to one Headwater from a backend. Make one and share it; close it when the process ends.
 *
 * Every call has a deadline (`timeoutMs`, retries included) and throws a `HeadwaterError` when it fails. Reads and
 * `feedback` are repeated when the server is away or overloaded; nothing is learned twice, since each event carries
 * its id.
 */
export class Client extends Catalogue {
  readonly #recommendations = this.service(RecommendationService);
  readonly #feedback = this.service(FeedbackService);
  readonly #model = this.service(ModelService);

  /** Return what the visitor should see now. `fallback`: what is shown while the server does not answer. */
  async recommend(visitorId: string, question: Question & CallOptions & Fallback = {}): Promise<Slate> {
    const asked = named(question);
    const request = recommendRequest(visitorId, asked);
    try {
      return slate(await this.make((each) => this.#recommendations.recommend(request, each), asked, READ_MS, READING));
    } catch (error) {
      return orFallback(error, asked);
    }
  }

  /** Return what goes with, or is like, items (1 to 100). */
  async similar(question: SimilarQuestion & CallOptions): Promise<ItemList> {
    const { pageSize = 0, filter = "", minOffset = "" } = question;
    const request = { itemIds: toIds("itemIds", question.itemIds), pageSize, filter, minOffset };
    const call = (each: CallOptions) => this.#recommendations.listSimilarItems(request, each);
    return itemList(await this.make(call, question, READ_MS, READING));
  }

  /** Return what is on the rise. */
  async trending(question: TrendingQuestion & CallOptions = {}): Promise<ItemList> {
    const { category = "", window = "", pageSize = 0, filter = "", minOffset = "" } = question;
    const request = { category, window, pageSize, filter, minOffset };
    const call = (each: CallOptions) => this.#recommendations.listTrendingItems(request, each);
    return itemList(await this.make(call, question, READ_MS, READING));
  }

  /**
   * Say what visitors did (1 to 1,000 events); resolves when it has been learned. After an error, send the same events
   * again: what was learned is not learned twice.
   */
  async feedback(events: readonly Event[], options: CallOptions = {}): Promise<FeedbackAnswer> {
    const request = { events: events.map(toEvent) };
    return feedbackAnswer(
      await this.make((each) => this.#feedback.feedback(request, each), options, WRITE_MS, REPEATABLE),
    );
  }

  /**
   * Say what visitors did in batches of 1 to 1,000 events; yields each one's answer, in order.
   *
   * `batches` are drawn ahead of the answers, 64 at most. A lost connection, and a server that has too much to do, is
   * tried again for `patienceMs` (60,000); what was not answered is sent again, and learned once.
   */
  streamFeedback(
    batches: Batches,
    options: { patienceMs?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<FeedbackAnswer> {
    return streamed((requests, signal) => this.#feedback.streamFeedback(requests, { signal }), batches, options);
  }

  /** Return where the model stands. A digest walks the whole state: give it time. */
  async model(options: CallOptions & { computeDigest?: boolean; compareReplicas?: boolean } = {}): Promise<Model> {
    const { computeDigest = false, compareReplicas = false } = options;
    const request = { computeDigest, compareReplicas };
    return model(await this.make((each) => this.#model.getModel(request, each), options, WRITE_MS, READING));
  }

  /** Return how well the model foresaw what happened, and the changes that were noticed. */
  async metrics(options: CallOptions = {}): Promise<Metrics> {
    return metrics(await this.make((each) => this.#model.getMetrics({}, each), options, WRITE_MS, READING));
  }
}
