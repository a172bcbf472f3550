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

interface ContributionsProps {
  contributions: readonly FeatureContributionJson[];
  /** The largest contribution in the whole list, so that the bars of all items have one scale. */
  max: number;
}

export function Contributions({ contributions, max }: ContributionsProps) {
  if (contributions.length === 0) return <p class="faint">The ranker reports no contributions.</p>;
  return (
    <ul class="contributions">
      {contributions.map(({ feature = "", contribution: given }) => {
        const contribution = double(given);
        const [name, meaning] = MEANINGS[feature] ?? [feature, feature];
        const width = `${(50 * Math.abs(contribution)) / max}%`;
        return (
          <li key={feature} class="contribution" title={meaning}>
            <span class="soft cut">{name}</span>
            <span class="track" aria-hidden="true">
              <i class={contribution >= 0 ? "for" : "against"} style={{ width }} />
            </span>
            <b>
              {contribution >= 0 ? "+" : "−"}
              {decimal(Math.abs(contribution))}
            </b>
          </li>
        );
      })}
    </ul>
  );
}
