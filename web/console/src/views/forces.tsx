/** What a score is made of, as bars: to the right what speaks for the item. */

import type { FeatureContributionJson } from "../api/types";
import { decimal, double } from "../lib/format";

const MEANINGS: Record<string, [string, string]> = {
  next: ["what comes next", "what visitors go on to from here"],
  together: ["goes together", "what goes together with what the visitor chose"],
  history: ["own history", "what the visitor did with it before"],
  popular: ["popularity", "how popular it is"],
  age: ["age", "how new it is"],
  content: ["likeness", "how alike title, categories and tags are"],
  circumstances: ["circumstances", "placement, device and other circumstances"],
  item: ["the item itself", "how this item does, whatever else is known"],
  rules: ["the shop's rules", "what rules add"],
  other: ["all the rest", "what is left"],
  average: ["average item", "the score of an average candidate of this question"],
};

interface ForcesProps {
  contributions: readonly FeatureContributionJson[];
  /** The largest contribution of the whole list: bars of several items compare. */
  most: number;
}

export function Forces({ contributions, most }: ForcesProps) {
  if (contributions.length === 0) return <p class="faint">The ranker tells no contributions.</p>;
  return (
    <ul class="forces">
      {contributions.map(({ feature = "", contribution: given }) => {
        const contribution = double(given);
        const [name, meaning] = MEANINGS[feature] ?? [feature, feature];
        const width = `${(50 * Math.abs(contribution)) / most}%`;
        return (
          <li key={feature} class="force" title={meaning}>
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
