/** The parts of a score as bars: to the right what raises it. */

import type { FeatureContributionJson } from "../api/types";
import { decimal, double } from "../lib/format";

const MEANINGS: Record<string, [string, string]> = {
  next: ["next item", "what visitors choose next from here"],
  together: ["viewed together", "how often it occurs together with the visitor's items"],
  history: ["own history", "the visitor's earlier interactions with it"],
  popular: ["popularity", "how popular it is"],
  age: ["age", "how new it is"],
  content: ["similarity", "similar title, categories and tags"],
  circumstances: ["context", "placement, device and other context"],
  item: ["item", "how this item performs in general"],
  rules: ["shop's rules", "what rules add or subtract"],
  other: ["other", "everything else"],
  average: ["average item", "the score of an average candidate of this request"],
};

/** The part that all items share: where the score starts, and no reason for one of them. */
const START = "average";

/** The largest reason of a whole list, so that the bars of all its items have one scale. */
export function scaleOf(contributions: readonly FeatureContributionJson[]): number {
  const reasons = contributions.filter((one) => one.feature !== START);
  return Math.max(1e-9, ...reasons.map((one) => Math.abs(double(one.contribution))));
}

interface ContributionsProps {
  contributions: readonly FeatureContributionJson[];
  /** The contribution of a whole bar: see `scaleOf`. */
  max: number;
}

export function Contributions({ contributions, max }: ContributionsProps) {
  const start = contributions.find((one) => one.feature === START);
  return (
    <ul class="contributions">
      {contributions
        .filter((one) => one !== start)
        .map((one) => (
          <Contribution key={one.feature} one={one} max={max} />
        ))}
      {start && <Contribution one={start} max={max} />}
    </ul>
  );
}

function Contribution({ one: { feature = "", contribution: given }, max }: { one: FeatureContributionJson; max: number }) {
  const contribution = double(given);
  const [name, meaning] = MEANINGS[feature] ?? [feature, feature];
  const isStart = feature === START;
  return (
    <li class={isStart ? "contribution start" : "contribution"} title={meaning}>
      <span class="soft cut">{name}</span>
      {isStart ? (
        <span class="faint">where every item of the list starts</span>
      ) : (
        <span class="track" aria-hidden="true">
          <i class={contribution >= 0 ? "for" : "against"} style={{ width: `${(50 * Math.abs(contribution)) / max}%` }} />
        </span>
      )}
      <b>
        {contribution >= 0 ? "+" : "−"}
        {decimal(Math.abs(contribution))}
      </b>
    </li>
  );
}
