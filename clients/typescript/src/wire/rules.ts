import { create, type MessageInitShape } from "@bufbuild/protobuf";
import type {
  CapRule,
  DiversityRule,
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
  RuleSource,
  RuleStatus,
  StrengthRule,
  UnknownRule,
} from "../core/rules.js";
import type * as pb from "../gen/headwater/v1/rule_pb.js";
import * as service from "../gen/headwater/v1/rule_service_pb.js";
import { arm } from "./arms.js";
import { diversity, diversityName } from "./recommendations.js";
import { fromTime, refuseUnknown, toIds, toTime } from "./values.js";

const FIELDS: Record<RuleKind, readonly string[]> = {
  pin: ["slot", "itemIds"],
  boost: ["by", "times"],
  bury: ["by", "times"],
  cap: ["most", "field"],
  hide: ["eventTypes", "days"],
  diversity: ["level"],
};
const SHARED = ["name", "kind", "filter", "placements", "startTime", "endTime"];
const ANSWERED = "revision source status who updateTime reason warnings overridesSettings".split(" ");
const SOURCES: (RuleSource | undefined)[] = [undefined, "settings", "policy", "editor"];
const STATUSES: (RuleStatus | undefined)[] = [undefined, "active", "scheduled", "expired", "replaced", "deleted"];
const ASKED = "visitorId userId placement pageSize contextItemIds filter recommendationId".split(" ");

/** What each kind of rule has of its own. */
type OwnFields =
  | Pick<PinRule, "kind" | "slot" | "itemIds">
  | Pick<StrengthRule, "kind" | "by" | "times">
  | Pick<CapRule, "kind" | "most" | "field">
  | Pick<HideRule, "kind" | "eventTypes" | "days">
  | Pick<DiversityRule, "kind" | "level">
  | Pick<UnknownRule, "kind">;

/** Return the rule as a message. */
export function toRule(rule: Rule): MessageInitShape<typeof pb.RuleSchema> {
  const own = FIELDS[rule.kind];
  if (own === undefined) throw new TypeError(`kind: "${rule.kind}" is not one of ${Object.keys(FIELDS).join(", ")}`);
  refuseUnknown(`a rule of the kind ${rule.kind}`, rule, [...SHARED, ...own, ...ANSWERED]);
  return {
    name: rule.name,
    filter: rule.filter ?? "",
    placements: toIds("placements", rule.placements),
    startTime: toTime("startTime", rule.startTime),
    endTime: toTime("endTime", rule.endTime),
    kind: toKind(rule),
  };
}

function toKind(rule: Rule): MessageInitShape<typeof pb.RuleSchema>["kind"] {
  switch (rule.kind) {
    case "pin":
      return { case: "pin", value: { slot: rule.slot, itemIds: toIds("itemIds", rule.itemIds) } };
    case "cap":
      return { case: "cap", value: { most: rule.most, field: rule.field ?? "" } };
    case "hide":
      return { case: "hide", value: { eventTypes: toIds("eventTypes", rule.eventTypes), days: rule.days } };
    case "diversity":
      return { case: "diversity", value: { level: diversity(rule.level) } };
    default:
      return { case: rule.kind, value: { by: rule.by ?? 0, times: rule.times ?? 0 } };
  }
}

/** Read a rule. */
export function fromRule(one: pb.Rule): KeptRule {
  return {
    ...fromKind(one.kind),
    name: one.name,
    filter: one.filter,
    placements: one.placements,
    startTime: fromTime(one.startTime),
    endTime: fromTime(one.endTime),
    revision: Number(one.revision),
    source: SOURCES[one.source],
    status: STATUSES[one.status],
    who: one.who,
    updateTime: fromTime(one.updateTime),
    reason: one.reason,
    warnings: one.warnings,
    overridesSettings: one.overridesSettings,
  };
}

function fromKind(kind: pb.Rule["kind"]): OwnFields {
  switch (kind.case) {
    case "pin":
      return { kind: "pin", slot: kind.value.slot, itemIds: kind.value.itemIds };
    case "cap":
      return { kind: "cap", most: kind.value.most, field: kind.value.field };
    case "hide": {
      const { eventTypes, days } = kind.value;
      return { kind: "hide", eventTypes, ...(days === undefined ? {} : { days }) };
    }
    case "diversity":
      return { kind: "diversity", level: diversityName(kind.value.level) ?? "none" };
    case "boost":
    case "bury":
      return { kind: kind.case, by: kind.value.by, times: kind.value.times };
    default:
      return { kind: "unknown" };
  }
}

/** Read a change. */
export function fromRuleChange(one: pb.RuleChange): RuleChange {
  return {
    revision: Number(one.revision),
    name: one.name,
    changeTime: fromTime(one.changeTime),
    who: one.who,
    reason: one.reason,
    before: one.before && fromRule(one.before),
    after: one.after && fromRule(one.after),
    previousRevision: Number(one.previousRevision),
    restoredRevision: one.restoredRevision === undefined ? undefined : Number(one.restoredRevision),
    toSettings: one.toSettings,
  };
}

/** Return what to preview as a message. */
export function previewRequest(asked: PreviewQuestion): MessageInitShape<typeof service.PreviewRulesRequestSchema> {
  refuseUnknown("previewRules", asked, ["drafts", "deleteNames", "questions", "previewTime", "minOffset"]);
  return {
    drafts: (asked.drafts ?? []).map(toRule),
    deleteNames: toIds("deleteNames", asked.deleteNames),
    questions: (asked.questions ?? []).map((one) => {
      refuseUnknown("a question", one, ASKED);
      const contextItemIds = toIds("contextItemIds", one.contextItemIds);
      return create(service.RuleQuestionSchema, { ...one, contextItemIds });
    }),
    previewTime: toTime("previewTime", asked.previewTime),
    minOffset: asked.minOffset ?? "",
  };
}

/** Read a preview. */
export function fromPreview(one: service.PreviewRulesResponse): RulePreview {
  return {
    drafts: one.drafts.map(({ name, itemsPassing, warnings }) => ({
      name,
      itemsPassing: itemsPassing === undefined ? undefined : Number(itemsPassing),
      warnings,
    })),
    lists: one.lists.map(list),
    previewTime: fromTime(one.previewTime),
    offset: one.offset,
  };
}

function list(one: service.ListPreview): ListPreview {
  return {
    visitorId: one.visitorId,
    placement: one.placement,
    before: one.before.map(item),
    after: one.after.map(item),
    moves: one.moves.map(move),
    arms: one.arms.map(arm),
    note: one.note,
  };
}

function item({ itemId, title, score, rules }: service.PreviewedItem): PreviewedItem {
  return { itemId, title, score, rules };
}

function move({ itemId, title, before, after, rules, reason }: service.RuleMove): RuleMove {
  return { itemId, title, before, after, rules, reason };
}
