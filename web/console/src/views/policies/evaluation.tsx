/** One evaluation: a value with its interval for each policy, or why there is none. */

import type { EvaluatedPolicyJson, EvaluationJson } from "../../api/types";
import { NO_OVERLAP, SHARE_MIN, TOO_LITTLE, toneOf } from "../../lib/experiments/evaluations";
import { estimate, isKnown } from "../../lib/experiments/intervals";
import { amount } from "../../lib/experiments/metrics";
import { count, double, int, percent } from "../../lib/format";
import { Ago, Badge } from "../../ui/parts";
import { Table } from "../../ui/table";
import { Shown } from "../experiments/estimate_text";

export const METRICS: Record<string, string> = {
  act_rate: "Act rate: the share of lists with an act",
  reward: "Reward per list",
  purchases: "Purchases per list",
  revenue: "Revenue per list",
};

/** Policies that are always beside the others. */
const BESIDE: Record<string, string> = {
  champion: "what visitors were shown",
  best: "always the items with the best scores",
  random: "drawn evenly from all candidates",
  popular: "the most popular items",
  baseline: "the first items as the shop sent them",
};

export function EvaluationEntry({ evaluation }: { evaluation: EvaluationJson }) {
  const { evaluationId = "", metric = "", placement, level } = evaluation;
  return (
    <li class="evaluation">
      <h3>{evaluationId}</h3>
      <p class="soft">
        {METRICS[metric] ?? metric}, {placement || "all placements"}, <Ago time={evaluation.createTime} />. In brackets: the interval that contains the true value with a probability of {percent(double(level), 0)}.
      </p>
      <Table label={`Evaluation ${evaluationId}`} columns={["Policy", "Result", "Estimated value", "Similar lists>", "What to do"]}>
        {(evaluation.policies ?? []).map((policy) => (
          <Row key={policy.policyId} policy={policy} evaluation={evaluation} />
        ))}
      </Table>
    </li>
  );
}

interface RowProps {
  policy: EvaluatedPolicyJson;
  evaluation: EvaluationJson;
}

function Row({ policy, evaluation }: RowProps) {
  const value = estimate(policy.value, policy.low, policy.high);
  const share = double(policy.effectiveShare);
  return (
    <tr>
      <th scope="row">
        {policy.policyId}
        <span class="second">{BESIDE[policy.policyId ?? ""]}</span>
      </th>
      <td class="nowrap">{policy.verdict ? <Badge tone={toneOf(policy.verdict)}>{policy.verdict}</Badge> : <span class="soft">as it was</span>}</td>
      <td>{isKnown(value) ? <Shown estimate={value} format={(one) => amount(evaluation.metric ?? "", one)} /> : <span class="faint">not known</span>}</td>
      <td class="right nowrap" title="How much of the log speaks about the policy (effective sample size)">
        {percent(share, share < 0.1 ? 1 : 0)}
        <span class="meter" aria-hidden="true">
          <i style={{ width: `${100 * Math.min(1, share)}%` }} />
        </span>
        <span class="second">{share < SHARE_MIN && `lists need ${percent(SHARE_MIN, 0)}`}</span>
      </td>
      <td>
        <div class="why">{policy.verdict === NO_OVERLAP || policy.verdict === TOO_LITTLE ? <NotEnough policy={policy} /> : <Advice verdict={policy.verdict ?? ""} />}</div>
      </td>
    </tr>
  );
}

/** The refusal as help: why, and what would answer the question. */
export function NotEnough({ policy }: { policy: EvaluatedPolicyJson }) {
  const problems = policy.problems ?? [];
  const needed = int(policy.visitorsNeeded);
  const isFew = policy.verdict === TOO_LITTLE;
  return (
    <>
      {isFew ? "Too little was seen yet" : "The policy would show other lists than the recorded ones"}, so no value can be given
      {problems.length > 0 && `: ${problems.join("; ")}`}. {isFew ? "Evaluate again when there is more. An experiment answers it, too" : "An experiment answers it"}
      {needed > 0 && `, with about ${count(needed)} visitors`}: <code>headwater experiment create FILE.toml</code>
    </>
  );
}

function Advice({ verdict }: { verdict: string }) {
  if (verdict === "better") return <>Better than what was shown. An experiment confirms it on visitors, and its page has the button Promote.</>;
  if (verdict === "worse") return <>Worse than what was shown: leave it.</>;
  if (verdict === "no difference seen") return <>More recorded visits or an experiment may show a difference.</>;
  return <span class="faint">to compare with</span>;
}
