import { type Client, Code, ConnectError, createClient } from "@connectrpc/connect";
import { createGrpcWebTransport } from "@connectrpc/connect-web";
import { DeadlineExceededError, InvalidRequestError, retryHeaderMs, toHeadwaterError } from "../core/errors.js";
import type { ItemList, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
import type { CallOptions, Question, Slate } from "../core/recommendations.js";
import { READING, retrying } from "../core/retrying.js";
import { RecommendationService } from "../gen/headwater/v1/recommendation_service_pb.js";
import { itemList } from "../wire/lists.js";
import { recommendRequest, slate } from "../wire/recommendations.js";
import { toIds } from "../wire/values.js";
import type { Freshness } from "./freshness.js";

/** The share of a call's time for the newest state; the rest is for an answer from an older one. */
const FRESH_SHARE = 0.6;

/** Requests lists from one gateway, over gRPC-Web. */
export class Recommender {
  readonly #service: Client<typeof RecommendationService>;
  readonly #freshness: Freshness;
  readonly #timeoutMs: number;

  constructor(url: string, key: string, timeoutMs: number, freshness: Freshness) {
    this.#service = createClient(
      RecommendationService,
      createGrpcWebTransport({
        baseUrl: url,
        fetch: fetchAsGrpc,
        interceptors: [
          (next) => (request) => {
            if (key) request.header.set("authorization", `Bearer ${key}`);
            return next(request);
          },
        ],
      }),
    );
    this.#freshness = freshness;
    this.#timeoutMs = timeoutMs;
  }

  /** Return a slate from a state that includes the visitor's last events, if possible in time. */
  async recommend(visitorId: string, question: Question & CallOptions): Promise<Slate> {
    const timeoutMs = question.timeoutMs ?? this.#timeoutMs;
    const newest = question.minOffset === undefined ? this.#freshness.newest : undefined;
    if (newest === undefined) return this.#slate(visitorId, question, timeoutMs);
    const beganMs = performance.now();
    try {
      return await this.#slate(visitorId, { ...question, minOffset: newest }, timeoutMs * FRESH_SHARE);
    } catch (error) {
      if (!isTooNew(error)) throw error;
      this.#freshness.forget();
      return this.#slate(visitorId, question, timeoutMs - (performance.now() - beganMs));
    }
  }

  async similar(question: SimilarQuestion & CallOptions): Promise<ItemList> {
    const { pageSize = 0, filter = "", minOffset = "", includeVariants = false } = question;
    const itemIds = toIds("itemIds", question.itemIds);
    const request = { itemIds, pageSize, filter, minOffset, includeVariants };
    return itemList(await this.#make((options) => this.#service.listSimilarItems(request, options), question));
  }

  async trending(question: TrendingQuestion & CallOptions): Promise<ItemList> {
    const { category = "", window = "", pageSize = 0, filter = "", minOffset = "" } = question;
    const request = { category, window, pageSize, filter, minOffset };
    return itemList(await this.#make((options) => this.#service.listTrendingItems(request, options), question));
  }

  async #slate(visitorId: string, question: Question & CallOptions, timeoutMs: number): Promise<Slate> {
    const request = recommendRequest(visitorId, question);
    const options = { timeoutMs, signal: question.signal };
    return slate(await this.#make((each) => this.#service.recommend(request, each), options));
  }

  #make<Answer>(call: (options: CallOptions) => Promise<Answer>, options: CallOptions): Promise<Answer> {
    return retrying(call, { ...options, timeoutMs: options.timeoutMs ?? this.#timeoutMs }, READING);
  }
}

/** Whether the newest offset was the problem: not reached in time, or from another log. */
function isTooNew(thrown: unknown): boolean {
  const error = toHeadwaterError(thrown);
  return (
    error instanceof DeadlineExceededError || (error instanceof InvalidRequestError && error.field === "min_offset")
  );
}

/** `fetch`, with errors of the gateway and the browser as gRPC errors. */
async function fetchAsGrpc(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const response = await globalThis.fetch(input, { ...init, credentials: "omit" }).catch((thrown: unknown) => {
    if (!(thrown instanceof TypeError)) throw thrown;
    const text = `${thrown.message}: no network, or the gateway does not allow this origin`;
    throw new ConnectError(text, Code.Unavailable, undefined, undefined, thrown);
  });
  if (response.status !== 429) return response;
  const headers = new Headers(response.headers);
  if (retryHeaderMs(headers) === undefined) headers.set("retry-after", "1");
  throw new ConnectError("too many calls", Code.ResourceExhausted, headers);
}
