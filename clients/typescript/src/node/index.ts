/** Headwater for backends: the whole API over gRPC. */

export {
  CanceledError,
  Code,
  DeadlineExceededError,
  type FieldViolation,
  HeadwaterError,
  InvalidRequestError,
  NotFoundError,
  OverloadedError,
  PermissionDeniedError,
  UnauthenticatedError,
  UnavailableError,
  UnimplementedError,
} from "../core/errors.js";
export {
  type Event,
  type EventDetails,
  type EventItem,
  type EventResult,
  type EventStatus,
  type FeedbackAnswer,
  newEvent,
} from "../core/events.js";
export type { Item, ItemResult, ItemsAnswer, WriteStatus } from "../core/items.js";
export type { ItemList, ScoredItem, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
export type { DriftAlarm, Metric, Metrics, Model, ReplicaState } from "../core/model.js";
export type {
  CallOptions,
  Diversity,
  Fallback,
  FeatureContribution,
  Question,
  Result,
  Slate,
} from "../core/recommendations.js";
export type { Touch, User, UserProfile, UserResult, UsersAnswer, Who } from "../core/users.js";
export type { Time, Values } from "../core/values.js";
export type { SetTime } from "./catalogue.js";
export { Client } from "./client.js";
export type { ConnectionOptions } from "./connection.js";
export { BufferClosedError, BufferFullError, type BufferOptions, FeedbackBuffer } from "./feedback-buffer.js";
export type { Batches } from "./unanswered.js";
