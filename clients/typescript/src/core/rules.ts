import type { ArmAssignment } from "./arms.js";
import type { Diversity } from "./recommendations.js";
import type { Time } from "./values.js";

export type RuleKind = "pin" | "boost" | "bury" | "cap" | "hide" | "diversity";
/** Where a rule comes from. */
export type RuleSource = "settings" | "policy" | "editor";
/** Whether a rule is in force; see RuleStatus in protos/headwater/v1/rule.proto. */
export type RuleStatus = "active" | "scheduled" | "expired" | "replaced" | "deleted";
export type AuditKind =
  | "setting"
  | "rule"
  | "policy"
  | "promotion"
  | "experiment"
  | "deletion"
  | "erasure"
  | "build"
  | "quarantine"
  | "key"
  | "session";

interface AnyRule {
  /** Its name, which the API changes it by. */
  name: string;
  /** Only items that pass; absent: all. */
  filter?: string;
  /** Only lists of these; absent: of all. */
  placements?: readonly string[];
  startTime?: Time;
  endTime?: Time;
}

/** Gives the first of these items that may be shown a place of its own, counted from 1. */
export interface PinRule extends AnyRule {
  kind: "pin";
  slot: number;
  itemIds: readonly string[];
}

/** Adds `by` to scores, or multiplies their distance by `times`; a "bury" takes away. */
export interface StrengthRule extends AnyRule {
  kind: "boost" | "bury";
  by?: number;
  times?: number;
}

/** Lets a list have at most so many items with the same value of a field. */
export interface CapRule extends AnyRule {
  kind: "cap";
  most: number;
  field?: string;
}

/** Leaves items out: of all lists, or with both fields after the visitor's acts of these types. */
export interface HideRule extends AnyRule {
  kind: "hide";
  eventTypes?: readonly string[];
  days?: number;
}

/** Says how different the items of a list are. */
export interface DiversityRule extends AnyRule {
  kind: "diversity";
  level: Diversity;
}

/** What an editor wants in the lists; limits are in Rule, protos/headwater/v1/rule.proto. */
export type Rule = PinRule | StrengthRule | CapRule | HideRule | DiversityRule;

/** A rule of a newer server's kind: this client shows it, and cannot write it. */
export interface UnknownRule extends AnyRule {
  kind: "unknown";
}

/** A rule in an answer: it may be given to `upsertRule` again, unless its kind is unknown. */
export type KeptRule = (Rule | UnknownRule) & {
  /** The number of its last change; 0: it is one of the settings or of a policy. */
  revision: number;
  source?: RuleSource;
  status?: RuleStatus;
  who: string;
  updateTime?: Date;
  reason: string;
  /** What of it fits nothing: items, fields or values that nobody knows. */
  warnings: string[];
  overridesSettings: boolean;
};

/** One change of one rule; `before` and `after` are absent where there was none. */
export interface RuleChange {
  revision: number;
  name: string;
  changeTime?: Date;
  who: string;
  reason: string;
  before?: KeptRule;
  after?: KeptRule;
  /** `restoreRule` with it undoes the change. */
  previousRevision: number;
  restoredRevision?: number;
  toSettings: boolean;
}

/** Whose list to show under drafts; without `recommendationId` it is the best list. */
export interface RuleQuestion {
  visitorId: string;
  userId?: string;
  placement?: string;
  pageSize?: number;
  contextItemIds?: readonly string[];
  filter?: string;
  recommendationId?: string;
}

/** What to preview: drafts beside the rules in force, without those of `deleteNames`. */
export interface PreviewQuestion {
  drafts?: readonly Rule[];
  deleteNames?: readonly string[];
  questions?: readonly RuleQuestion[];
  /** Scheduled rules are shown as they are at this time. Default: now. */
  previewTime?: Time;
  minOffset?: string;
}

/** How many items pass a draft's filter (absent: it has none), and what of it fits nothing. */
export interface DraftPreview {
  name: string;
  itemsPassing?: number;
  warnings: string[];
}

export interface PreviewedItem {
  itemId: string;
  title: string;
  score: number;
  rules: string[];
}

/** An item whose place differs; places count from 1, and 0 is not in the list. */
export interface RuleMove {
  itemId: string;
  title: string;
  before: number;
  after: number;
  rules: string[];
  reason: string;
}

/** A visitor's list today and under the drafts. */
export interface ListPreview {
  visitorId: string;
  placement: string;
  before: PreviewedItem[];
  after: PreviewedItem[];
  moves: RuleMove[];
  arms: ArmAssignment[];
  note: string;
}

export interface RulePreview {
  drafts: DraftPreview[];
  lists: ListPreview[];
  previewTime?: Date;
  offset: string;
}

/** Who changed what; no entry has a person's id or a key in it. */
export interface AuditEntry {
  /** Absent: a newer server knows a kind that this client does not. */
  kind?: AuditKind;
  changeTime?: Date;
  who: string;
  action: string;
  subject: string;
  /** JSON, or "". */
  oldValue: string;
  newValue: string;
  reason: string;
  count: number;
}
