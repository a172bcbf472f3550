/** States and verdicts of experiments in plain words. */

import type { ExperimentJson, ExperimentReportJson, ExperimentVerdictJson } from "../../api/types";
import { int } from "../format";
import type { Tone } from "../tone";

export interface Words {
  tone: Tone;
  text: string;
  /** One sentence: what it means, and what it does not mean. */
  meaning: string;
}

const NOT_KNOWN: Words = { tone: "", text: "Not known", meaning: "This console does not know this answer of the server." };

const VERDICTS: Partial<Record<ExperimentVerdictJson, Words>> = {
  EXPERIMENT_VERDICT_NOT_STARTED: { tone: "", text: "Not started", meaning: "No visitor is assigned before the start time." },
  EXPERIMENT_VERDICT_TOO_FEW_VISITORS: { tone: "", text: "Too few visitors yet", meaning: "Each arm needs at least 100 visitors who saw one of its lists." },
  EXPERIMENT_VERDICT_NO_DIFFERENCE_SEEN: { tone: "", text: "No difference seen", meaning: "The interval contains 0: both better and worse are possible. It does not mean that the arms are equal." },
  EXPERIMENT_VERDICT_BETTER: { tone: "good", text: "Better than the control", meaning: "The whole interval is on the better side of 0." },
  EXPERIMENT_VERDICT_WORSE: { tone: "bad", text: "Worse than the control", meaning: "The whole interval is on the worse side of 0." },
  EXPERIMENT_VERDICT_GUARD_RAIL_CROSSED: { tone: "bad", text: "Guard rail crossed", meaning: "The arm lost more than was accepted and was closed: its visitors get the control's lists." },
  EXPERIMENT_VERDICT_SAMPLE_RATIO_ALARM: { tone: "bad", text: "Figures are void", meaning: "The arms do not have the share of visitors that was planned, so no figure can be trusted." },
};

export function verdictOf(verdict: ExperimentVerdictJson | undefined): Words {
  return (verdict && VERDICTS[verdict]) || NOT_KNOWN;
}

const STATES: Record<string, [Tone, string]> = {
  EXPERIMENT_STATE_SCHEDULED: ["accent", "scheduled"],
  EXPERIMENT_STATE_RUNNING: ["good", "running"],
  EXPERIMENT_STATE_ENDED: ["", "ended"],
  EXPERIMENT_STATE_STOPPED: ["", "stopped"],
};

export function stateOf(experiment: ExperimentJson): [Tone, string] {
  return STATES[experiment.state ?? ""] ?? ["", "unknown"];
}

/** Whether figures still change. */
export function isOpen(experiment: ExperimentJson): boolean {
  return experiment.state === "EXPERIMENT_STATE_RUNNING" || experiment.state === "EXPERIMENT_STATE_SCHEDULED";
}

/** Whether no figure can be trusted. */
export function isVoid(report: ExperimentReportJson): boolean {
  return report.sampleRatio?.alarm ?? false;
}

export function visitorsOf(experiment: ExperimentJson): number {
  return (experiment.arms ?? []).reduce((sum, arm) => sum + int(arm.visitors), 0);
}

/** Whom the experiment counts: a browser or an account. */
export function unitOf(experiment: ExperimentJson): string {
  return experiment.unit === "EXPERIMENT_UNIT_USER" ? "accounts" : "visitors";
}

/** "home and cart", or "all placements". */
export function placementsOf(experiment: ExperimentJson): string {
  const all = experiment.placements ?? [];
  if (all.length === 0) return "all placements";
  return all.length === 1 ? (all[0] ?? "") : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
