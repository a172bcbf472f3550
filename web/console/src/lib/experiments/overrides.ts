/** The settings that a policy may set, in plain words, and what a stack of promotions adds up to. */

import type { PromotionJson } from "../../api/types";

const MEANINGS: Record<string, string> = {
  exploration_policy: "how items are drawn when something is tried out",
  exploration_epsilon: "share of slots that are drawn evenly from all allowed items",
  exploration_temperature: "the higher, the more often items other than the best are shown",
  objective: "what a list maximises: acts, purchases or revenue",
  diversity: "how much the items of a list differ",
  rules: "what the shop pins, boosts, buries or hides",
};

export function settingMeaning(name: string): string {
  return MEANINGS[name] ?? "";
}

export function valueText(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** A setting that promotions put in force. */
export interface Effective {
  name: string;
  value: string;
  /** The policy that set it: the latest of those that do. */
  policyId: string;
  /** Earlier promotions that set it, too, and would count again after a rollback. */
  hidden: readonly string[];
}

/** The settings in force by promotions, in order of names; the later promotion counts. */
export function effectiveOf(promotions: readonly PromotionJson[]): Effective[] {
  const found = new Map<string, Effective>();
  for (const { policyId = "", overrides } of promotions) {
    for (const [name, value] of Object.entries(overrides ?? {})) {
      const before = found.get(name);
      const hidden = before ? [...before.hidden, before.policyId] : [];
      found.set(name, { name, value: valueText(value), policyId, hidden });
    }
  }
  return [...found.values()].sort((one, other) => one.name.localeCompare(other.name));
}
