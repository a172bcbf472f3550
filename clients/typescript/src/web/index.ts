/** Headwater for web pages: lists over gRPC-Web, events that are not lost, impressions. */

export type { ArmAssignment } from "../core/arms.js";
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
export type { EventItem, EventResult, EventStatus } from "../core/events.js";
export type { ItemList, ScoredItem, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
export type {
  ActRate,
  CallOptions,
  Diversity,
  Fallback,
  FeatureContribution,
  Objective,
  Question,
  Result,
  Slate,
} from "../core/recommendations.js";
export type { Time, Values } from "../core/values.js";
export { Headwater } from "./headwater.js";
export type { Options, TrackDetails } from "./options.js";
export type { OnProblem, Problem, ProblemKind } from "./problems.js";
export { MemoryShelf, type Shelf } from "./shelf.js";
export type { SlateRef } from "./slate-ref.js";
export type { TrackResult } from "./waiters.js";
export type { WireEvent } from "./wire-event.js";
