import { create } from "@bufbuild/protobuf";
import type {
  ArmFigures,
  Evaluation,
  ExperimentReport,
  MetricFigures,
  Shadow,
  ShadowFigure,
} from "../core/experiment-reports.js";
import { ExperimentSchema } from "../gen/headwater/v1/experiment_pb.js";
import type * as pb from "../gen/headwater/v1/experiment_report_pb.js";
import { fromExperiment, VERDICTS } from "./experiments.js";
import { fromTime } from "./values.js";

/** Read a report. */
export function report(one: pb.ExperimentReport, offset: string): ExperimentReport {
  return {
    experiment: fromExperiment(one.experiment ?? create(ExperimentSchema)),
    arms: one.arms.map(arm),
    sampleRatio: { eValue: one.sampleRatio?.eValue ?? 1, alarm: one.sampleRatio?.alarm ?? false },
    verdict: VERDICTS[one.verdict],
    level: one.level,
    visitorsToGo: one.visitorsToGo === undefined ? undefined : Number(one.visitorsToGo),
    currencyCode: one.currencyCode,
    looks: one.looks.map(({ lookTime, armId, visitors, difference, low, high }) => {
      return { lookTime: fromTime(lookTime), armId, visitors: Number(visitors), difference, low, high };
    }),
    notes: one.notes,
    reportTime: fromTime(one.reportTime),
    digest: one.digest,
    offset,
  };
}

function arm(one: pb.ArmFigures): ArmFigures {
  return {
    armId: one.armId,
    policyId: one.policyId,
    visitors: Number(one.visitors),
    metrics: one.metrics.map(metric),
    verdict: VERDICTS[one.verdict],
    closeTime: fromTime(one.closeTime),
    closeReason: one.closeReason,
    promotionBlockers: one.promotionBlockers,
    blockers: one.blockers.map(({ code, text }) => ({ code, text })),
  };
}

function metric(message: pb.MetricFigures): MetricFigures {
  const { $typeName: _, $unknown: __, verdict, ...plain } = message;
  return { ...plain, verdict: VERDICTS[verdict] };
}

/** Read an evaluation. */
export function evaluation(message: pb.Evaluation): Evaluation {
  const { $typeName: _, $unknown: __, createTime, policies, shadow: own, ...plain } = message;
  return {
    ...plain,
    createTime: fromTime(createTime),
    policies: policies.map(({ $typeName: _, $unknown: __, visitorsNeeded, ...policy }) => {
      return { ...policy, visitorsNeeded: Number(visitorsNeeded) };
    }),
    ...(own && { shadow: shadow(own) }),
  };
}

function shadow(message: pb.Shadow): Shadow {
  const { $typeName: _, $unknown: __, foldedTime, figures, ...plain } = message;
  return {
    ...plain,
    foldedTime: fromTime(foldedTime),
    entriesBehind: Number(plain.entriesBehind),
    answersLate: Number(plain.answersLate),
    figures: figures.map(figure),
    driftAlarmsWorse: Number(plain.driftAlarmsWorse),
    championDriftAlarmsWorse: Number(plain.championDriftAlarmsWorse),
  };
}

function figure(message: pb.ShadowFigure): ShadowFigure {
  const { $typeName: _, $unknown: __, count, ...plain } = message;
  return { ...plain, count: Number(count) };
}
