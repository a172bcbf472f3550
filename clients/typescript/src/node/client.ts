import type { Event, FeedbackAnswer } from "../core/events.js";
import { orFallback } from "../core/fallback.js";
import type { ItemList, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
import type { Metrics, Model } from "../core/model.js";
import type { CallOptions, Fallback, Question, Slate } from "../core/recommendations.js";
import { READING, REPEATABLE } from "../core/retrying.js";
import { FeedbackService } from "../gen/headwater/v1/feedback_service_pb.js";
import { ModelService } from "../gen/headwater/v1/model_service_pb.js";
import { RecommendationService } from "../gen/headwater/v1/recommendation_service_pb.js";
import { feedbackAnswer, toEvents } from "../wire/events.js";
import { itemList, similarRequest, trendingRequest } from "../wire/lists.js";
import { metrics, model } from "../wire/model.js";
import { named, recommendRequest, slate } from "../wire/recommendations.js";
import { READ_MS, WRITE_MS } from "./catalogue.js";
import { streamed } from "./feedback-stream.js";
import { Rules } from "./rules.js";
import type { Batches, Request } from "./unanswered.js";

/**
 * The client of one Headwater server, for backends. Create one and share it; close it when the process ends.
 *
 * Every call has a deadline (`timeoutMs`, with all retries) and throws a `HeadwaterError` if it fails. Reads and
 * `feedback` are repeated when the server is unavailable or overloaded; no event is learned twice, since each has its
 * own id.
 */
export class Client extends Rules {
  readonly #recommendations = this.service(RecommendationService);
  readonly #feedback = this.service(FeedbackService);
  readonly #model = this.service(ModelService);

  /** Return the visitor's recommendations. `fallback`: the list to use while the server does not answer. */
  async recommend(visitorId: string, question: Question & CallOptions & Fallback = {}): Promise<Slate> {
    const asked = named(question);
    const request = recommendRequest(visitorId, asked);
    try {
      return slate(await this.make((each) => this.#recommendations.recommend(request, each), asked, READ_MS, READING));
    } catch (error) {
      return orFallback(error, asked);
    }
  }

  /** Return items related to the given ones (1 to 100). */
  async similar(question: SimilarQuestion & CallOptions): Promise<ItemList> {
    const request = similarRequest(question);
    const call = (each: CallOptions) => this.#recommendations.listSimilarItems(request, each);
    return itemList(await this.make(call, question, READ_MS, READING));
  }

  /** Return trending items. */
  async trending(question: TrendingQuestion & CallOptions = {}): Promise<ItemList> {
    const request = trendingRequest(question);
    const call = (each: CallOptions) => this.#recommendations.listTrendingItems(request, each);
    return itemList(await this.make(call, question, READ_MS, READING));
  }

  /**
   * Send events of visitors (1 to 1,000); resolves when they are learned. After an error, send the same events again:
   * none is learned twice.
   */
  async feedback(events: readonly Event[], options: CallOptions = {}): Promise<FeedbackAnswer> {
    const request = { events: toEvents(events) };
    return feedbackAnswer(
      await this.make((each) => this.#feedback.feedback(request, each), options, WRITE_MS, REPEATABLE),
    );
  }

  /**
   * Send events of visitors in batches of 1 to 1,000; yields the answer to each batch, in order.
   *
   * At most 64 batches are read ahead of the answers. After a lost connection, or if the server is overloaded, the
   * client tries again for `patienceMs` (60,000); unanswered batches are sent again, and learned once.
   */
  streamFeedback(
    batches: Batches,
    options: { patienceMs?: number; signal?: AbortSignal } = {},
  ): AsyncGenerator<FeedbackAnswer> {
    const open = (requests: AsyncIterable<Request>, signal: AbortSignal) => {
      this.refuseIfClosed();
      return this.#feedback.streamFeedback(requests, { signal });
    };
    return streamed(open, batches, options);
  }

  /** Return the state of the model. A digest reads the whole state: allow enough time. */
  async model(options: CallOptions & { computeDigest?: boolean; compareReplicas?: boolean } = {}): Promise<Model> {
    const { computeDigest = false, compareReplicas = false } = options;
    const request = { computeDigest, compareReplicas };
    return model(await this.make((each) => this.#model.getModel(request, each), options, WRITE_MS, READING));
  }

  /** Return the model's prediction quality, and the detected changes. */
  async metrics(options: CallOptions = {}): Promise<Metrics> {
    return metrics(await this.make((each) => this.#model.getMetrics({}, each), options, WRITE_MS, READING));
  }
}
