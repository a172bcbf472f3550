/** One shadow: whether it runs, what it would earn, how well it predicts, how much it agrees. */

import type { EvaluatedPolicyJson, ShadowFigureJson } from "../../api/types";
import { toneOf } from "../../lib/experiments/evaluations";
import { type Estimate, estimate, isKnown } from "../../lib/experiments/intervals";
import { amount } from "../../lib/experiments/metrics";
import { changeText, findingOf, hasStopped, isOneRun, ofChampion, ofDifference, ofShadow, type ShadowEvaluation, wordsOf } from "../../lib/experiments/shadows";
import { ago, count, double, int, percent } from "../../lib/format";
import { useNow } from "../../lib/load";
import { Ago, Badge } from "../../ui/parts";
import { Table } from "../../ui/table";
import { Shown } from "../experiments/estimate_text";
import { METRICS, NotEnough } from "./evaluation";

export function ShadowEntry({ evaluation }: { evaluation: ShadowEvaluation }) {
  const { shadow } = evaluation;
  const figures = shadow.figures ?? [];
  return (
    <li class="evaluation">
      <h3>
        {shadow.policyId} <State evaluation={evaluation} />
      </h3>
      <p class="soft">
        {shadow.ownState ? "It learns in its own way" : "It answers from the champion's state"}; folded until <Ago time={shadow.foldedTime} />. In brackets: the interval that contains the true value with a probability of {percent(double(evaluation.level), 0)}.
      </p>
      <Value evaluation={evaluation} />
      <Late lists={int(shadow.answersLate)} />
      {figures.length > 0 && (
        <Table label={`Figures of ${shadow.policyId}`} columns={["Figure", "Shadow", "Champion", "Difference"]}>
          {figures.map((one) => (
            <Figure key={one.name} figure={one} isOne={!shadow.ownState} />
          ))}
        </Table>
      )}
      <p class="soft">
        Drift alarms for the worse: {count(shadow.driftAlarmsWorse)} in its state, {count(shadow.championDriftAlarmsWorse)} in the champion's.
      </p>
    </li>
  );
}

function State({ evaluation }: { evaluation: ShadowEvaluation }) {
  const now = useNow();
  const { shadow, createTime } = evaluation;
  if (isOneRun(evaluation)) return <Badge>one run, {ago(createTime, now)}</Badge>;
  if (hasStopped(evaluation, now)) return <Badge tone="bad">stopped {ago(createTime, now)}</Badge>;
  if (!shadow.caughtUp) return <Badge tone="warn">catching up, {count(shadow.entriesBehind)} entries behind</Badge>;
  return <Badge tone="good">running, reported {ago(createTime, now)}</Badge>;
}

/** What it would earn, beside what was shown; or why nobody knows. */
function Value({ evaluation }: { evaluation: ShadowEvaluation }) {
  const { metric = "", policies = [], shadow } = evaluation;
  const own = policies.find((one) => one.policyId === shadow.policyId);
  const champion = policies.find((one) => one.policyId === "champion");
  if (own === undefined) return <p>No list has been asked yet.</p>;
  const value = of(own);
  return (
    <>
    <p>
      {METRICS[metric] ?? metric}:{" "}
      {isKnown(value) ? <Shown estimate={value} format={(one) => amount(metric, one)} /> : <span class="faint">not known</span>}
      {champion && isKnown(of(champion)) && (
        <>
          , champion <Shown estimate={of(champion)} format={(one) => amount(metric, one)} />
        </>
      )}{" "}
      <Badge tone={toneOf(own.verdict)}>{own.verdict}</Badge>
    </p>
    {!isKnown(value) && (
      <p class="soft">
        <NotEnough policy={own} />
      </p>
    )}
    </>
  );
}

function of(policy: EvaluatedPolicyJson): Estimate {
  return estimate(policy.value, policy.low, policy.high);
}

function Late({ lists }: { lists: number }) {
  if (lists === 0) return null;
  return <p class="soft">{count(lists)} lists were reported too late to be asked, and are left out.</p>;
}

function Figure({ figure, isOne }: { figure: ShadowFigureJson; isOne: boolean }) {
  const words = wordsOf(figure.name);
  const finding = findingOf(figure);
  const isAgreement = figure.champion === undefined;
  return (
    <tr>
      <th scope="row">
        {words.name}
        <span class="second why">{words.meaning}</span>
        <span class="second">{count(figure.count)} times</span>
      </th>
      <td>
        <Cell estimate={ofShadow(figure)} format={words.format} isMean={words.isMean} />
      </td>
      <td>{isAgreement ? <span class="faint">–</span> : <Cell estimate={ofChampion(figure)} format={words.format} isMean={words.isMean} />}</td>
      <td>
        {isAgreement ? <span class="faint">–</span> : isOne ? <span class="faint">the same state</span> : <Cell estimate={ofDifference(figure)} format={(value) => changeText(words, value)} isMean={words.isMean} />}
        {finding && (
          <>
            {" "}
            <Badge tone={finding === "better" ? "good" : "bad"}>{finding}</Badge>
          </>
        )}
      </td>
    </tr>
  );
}

/** A value with its interval; a value alone where there can be none, or not yet. */
function Cell({ estimate: one, format, isMean }: { estimate: Estimate; format: (value: number) => string; isMean: boolean }) {
  if (isKnown(one)) return <Shown estimate={one} format={format} />;
  if (one.value === undefined) return <span class="faint">not known yet</span>;
  return (
    <>
      <b class="nowrap number">{format(one.value)}</b> <span class="faint">{isMean ? "no interval yet" : "no interval"}</span>
    </>
  );
}
