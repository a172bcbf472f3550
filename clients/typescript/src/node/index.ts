/** Headwater for backends: the whole API over gRPC. */

export type { ArmAssignment } from "../core/arms.js";
export {
  AlreadyExistsError,
  CanceledError,
  Code,
  DeadlineExceededError,
  FailedPreconditionError,
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
  type Choice,
  type Event,
  type EventDetails,
  type EventItem,
  type EventResult,
  type EventStatus,
  type FeedbackAnswer,
  newEvent,
} from "../core/events.js";
export type {
  ArmFigures,
  EvaluatedPolicy,
  Evaluation,
  ExperimentLook,
  ExperimentReport,
  MetricFigures,
  Shadow,
  ShadowFigure,
} from "../core/experiment-reports.js";
export type {
  Experiment,
  ExperimentArm,
  ExperimentState,
  ExperimentVerdict,
  GuardRail,
  KeptArm,
  KeptExperiment,
  PrimaryMetric,
} from "../core/experiments.js";
export type { Item, ItemResult, ItemsAnswer, WriteStatus } from "../core/items.js";
export type { ItemList, ScoredItem, SimilarQuestion, TrendingQuestion } from "../core/lists.js";
export type { DriftAlarm, Metric, Metrics, Model, ReplicaState } from "../core/model.js";
export type { Json, KeptPolicy, Policy, Promotion, ReportReference } from "../core/policies.js";
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
export type {
  AuditEntry,
  AuditKind,
  CapRule,
  DiversityRule,
  DraftPreview,
  HideRule,
  KeptRule,
  ListPreview,
  PinRule,
  PreviewedItem,
  PreviewQuestion,
  Rule,
  RuleChange,
  RuleKind,
  RuleMove,
  RulePreview,
  RuleQuestion,
  RuleSource,
  RuleStatus,
  StrengthRule,
  UnknownRule,
} from "../core/rules.js";
export type { Touch, User, UserProfile, UserResult, UsersAnswer, Who } from "../core/users.js";
export type { Time, Values } from "../core/values.js";
export type { SetTime } from "./catalogue.js";
export { Client } from "./client.js";
export type { ConnectionOptions } from "./connection.js";
export type { MinOffset } from "./experiments.js";
export { BufferClosedError, BufferFullError, type BufferOptions, FeedbackBuffer } from "./feedback-buffer.js";
export type { RuleAnswer, RuleWriteOptions } from "./rules.js";
export type { Batches } from "./unanswered.js";
