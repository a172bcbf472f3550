/** What `headwater evaluate` found, as the views show it. */

import type { EvaluatedPolicyJson, EvaluationJson } from "../../api/types";
import type { Tone } from "../tone";

export const NO_OVERLAP = "not enough overlap";
/** At least that share of the lists must speak about a policy. */
export const SHARE_MIN = 0.3;

const TONES: Record<string, Tone> = { better: "good", worse: "bad", [NO_OVERLAP]: "warn" };

export function toneOf(verdict = ""): Tone {
  return TONES[verdict] ?? "";
}

/** Why there is not enough overlap, in the words of the report; empty if it does not say. */
export function problemsOf(evaluation: EvaluationJson, policy: EvaluatedPolicyJson): string[] {
  const all = (parsed(evaluation.reportJson)["policies"] ?? []) as { policy?: string; problems?: string[] }[];
  if (!Array.isArray(all)) return [];
  return all.find((one) => one.policy === policy.policyId)?.problems ?? [];
}

function parsed(text = ""): Record<string, unknown> {
  try {
    const found: unknown = JSON.parse(text);
    return typeof found === "object" && found !== null ? (found as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
