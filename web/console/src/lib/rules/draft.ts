/** A rule as the fields of a form, and back. */

import type { PreviewRulesRequestJson, RuleJson } from "../../api/types";
import { double, int } from "../format";

export const KINDS = [
  ["pin", "Pin"],
  ["boost", "Boost"],
  ["bury", "Bury"],
  ["cap", "Cap"],
  ["hide", "Hide"],
  ["diversity", "Variety"],
] as const;
export type Kind = (typeof KINDS)[number][0];

export const LEVELS = ["none", "low", "medium", "high", "auto"] as const;

export interface Draft {
  name: string;
  kind: Kind;
  filter: string;
  placements: string;
  start: string;
  end: string;
  slot: string;
  itemIds: readonly string[];
  times: string;
  most: string;
  field: string;
  eventTypes: string;
  days: string;
  level: string;
}

export const NEW: Draft = {
  name: "",
  kind: "pin",
  filter: "",
  placements: "",
  start: "",
  end: "",
  slot: "1",
  itemIds: [],
  times: "3",
  most: "2",
  field: "",
  eventTypes: "",
  days: "30",
  level: "medium",
};

export function kindOf(rule: RuleJson): Kind {
  return KINDS.find(([kind]) => rule[kind] !== undefined)?.[0] ?? "pin";
}

/** The form of a rule. What a form has no field for, such as `by`, is kept by `ruleOf`. */
export function draftOf(rule: RuleJson): Draft {
  const kind = kindOf(rule);
  const strength = rule.boost ?? rule.bury;
  return {
    ...NEW,
    name: rule.name ?? "",
    kind,
    filter: rule.filter ?? "",
    placements: (rule.placements ?? []).join(", "),
    start: localTime(rule.startTime),
    end: localTime(rule.endTime),
    slot: String(int(rule.pin?.slot) || 1),
    itemIds: rule.pin?.itemIds ?? [],
    times: strength?.times === undefined ? "" : String(double(strength.times)),
    most: String(int(rule.cap?.most)),
    field: rule.cap?.field ?? "",
    eventTypes: (rule.hide?.eventTypes ?? []).join(", "),
    days: rule.hide?.days === undefined ? NEW.days : String(double(rule.hide.days)),
    level: (rule.diversity?.level ?? "DIVERSITY_MEDIUM").replace("DIVERSITY_", "").toLowerCase(),
  };
}

/** The rule of a form; `before` is the one that is edited. */
export function ruleOf(draft: Draft, before?: RuleJson): RuleJson {
  const rule: RuleJson = { name: draft.name.trim() };
  if (draft.filter.trim()) rule.filter = draft.filter.trim();
  const placements = namesOf(draft.placements, before?.placements);
  if (placements.length && !isAfterActs(draft)) rule.placements = placements;
  if (draft.start) rule.startTime = timeOf(draft.start, before?.startTime);
  if (draft.end) rule.endTime = timeOf(draft.end, before?.endTime);
  const by = (before?.boost ?? before?.bury)?.by;
  const strength = { ...(by === undefined ? {} : { by }), ...(draft.times ? { times: Number(draft.times) } : {}) };
  if (draft.kind === "pin") rule.pin = { slot: Number(draft.slot), itemIds: [...draft.itemIds] };
  if (draft.kind === "boost") rule.boost = strength;
  if (draft.kind === "bury") rule.bury = strength;
  if (draft.kind === "cap") rule.cap = { most: Number(draft.most), field: draft.field.trim() };
  if (draft.kind === "hide") rule.hide = isAfterActs(draft) ? { eventTypes: namesOf(draft.eventTypes, before?.hide?.eventTypes), days: Number(draft.days) } : {};
  if (draft.kind === "diversity") rule.diversity = { level: `DIVERSITY_${draft.level.toUpperCase()}` as "DIVERSITY_LOW" };
  return rule;
}

/** The time of a field; the seconds of the rule's own are kept, since the field shows minutes. */
function timeOf(text: string, before: string | undefined): string {
  return before && text === localTime(before) ? before : new Date(text).toISOString();
}

/** The names of a field; those of the rule are kept as they are, since a name may have a comma. */
function namesOf(text: string, before: readonly string[] | undefined): string[] {
  return before && text === before.join(", ") ? [...before] : words(text);
}

function isAfterActs(draft: Draft): boolean {
  return draft.kind === "hide" && words(draft.eventTypes).length > 0;
}

export function words(text: string): string[] {
  return text
    .split(",")
    .map((word) => word.trim())
    .filter(Boolean);
}

/** What is missing before the server can be asked; empty: nothing. */
export function missing(draft: Draft): string {
  if (!draft.name.trim()) return "Give the rule a name.";
  if (draft.kind === "pin" && draft.itemIds.length === 0 && !draft.filter.trim()) return "Choose an item, or write a filter.";
  if (["boost", "bury"].includes(draft.kind) && !draft.filter.trim()) return "Write a filter: which items?";
  if (draft.kind === "hide" && !draft.filter.trim() && !isAfterActs(draft)) return "Write a filter: which items?";
  if (draft.kind === "cap" && !draft.field.trim() && !draft.filter.trim()) return "Write a field or a filter.";
  return "";
}

/** The time that a preview is of: a scheduled rule is seen at its start. */
export function previewTime(draft: Draft, now = Date.now()): string | undefined {
  const start = draft.start ? Date.parse(draft.start) : 0;
  return start > now ? new Date(start).toISOString() : undefined;
}

/** Whose list: with the account, if it is known, since lists depend on it. */
export interface Visitor {
  visitorId: string;
  userId?: string;
}

export function previewOf(draft: Draft, before: RuleJson | undefined, visitors: readonly Visitor[], placement: string): PreviewRulesRequestJson {
  const time = previewTime(draft);
  const isRenamed = before?.name !== undefined && before.name !== draft.name.trim();
  return {
    drafts: [ruleOf(draft, before)],
    ...(isRenamed ? { deleteNames: [before.name ?? ""] } : {}),
    questions: visitors.map((one) => ({ ...one, placement, pageSize: 10 })),
    ...(time ? { previewTime: time } : {}),
  };
}

/** A time as a field for date and time shows it: local, to the minute. */
function localTime(time: string | undefined): string {
  if (!time) return "";
  const date = new Date(time);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What a rule does, in a line. */
export function meaning(rule: RuleJson): string {
  const strength = rule.boost ?? rule.bury;
  const kind = kindOf(rule);
  const texts: Record<Kind, string> = {
    pin: `slot ${int(rule.pin?.slot)}: ${(rule.pin?.itemIds ?? []).join(", ") || "the best"}`,
    boost: strengthText(strength, "×", "+"),
    bury: strengthText(strength, "÷", "−"),
    cap: `at most ${int(rule.cap?.most)}${rule.cap?.field ? ` of a ${rule.cap.field}` : ""}`,
    hide: rule.hide?.eventTypes?.length ? `${double(rule.hide.days)} days after ${rule.hide.eventTypes.join(", ")}` : "from everybody",
    diversity: `variety ${(rule.diversity?.level ?? "").replace("DIVERSITY_", "").toLowerCase()}`,
  };
  return texts[kind];
}

function strengthText(strength: RuleJson["boost"], times: string, by: string): string {
  const parts = [strength?.times ? `odds ${times} ${double(strength.times)}` : "", strength?.by ? `score ${by} ${double(strength.by)}` : ""];
  return parts.filter(Boolean).join(", ");
}
