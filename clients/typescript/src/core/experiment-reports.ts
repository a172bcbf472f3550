import type { ExperimentVerdict, KeptExperiment } from "./experiments.js";

/**
 * One metric of one arm; absent: too few visitors. `low` and `high` of the difference to the control are valid at every
 * look. See MetricFigures in protos/headwater/v1/experiment_report.proto.
 */
export interface MetricFigures {
  metric: string;
  mean?: number;
  standardError?: number;
  meanCuped?: number;
  difference?: number;
  relative?: number;
  low?: number;
  high?: number;
  relativeLow?: number;
  relativeHigh?: number;
  lowFixed?: number;
  highFixed?: number;
  probabilityBetter?: number;
  expectedLoss?: number;
  varianceSaved?: number;
  cappedAt?: number;
  verdict?: ExperimentVerdict;
  worstRelative?: number;
  crossed: boolean;
}

/** Why an arm's policy may not be promoted now. */
export interface PromotionBlocker {
  code: string;
  text: string;
}

/** One arm. `promotionBlockers`: why its policy may not be promoted now; empty: it may. */
export interface ArmFigures {
  armId: string;
  policyId: string;
  visitors: number;
  metrics: MetricFigures[];
  verdict?: ExperimentVerdict;
  closeTime?: Date;
  closeReason: string;
  promotionBlockers: string[];
  /** The same, each with a code for programs. */
  blockers: PromotionBlocker[];
}

/** The interval of an arm's primary metric at an earlier time. */
export interface ExperimentLook {
  lookTime?: Date;
  armId: string;
  visitors: number;
  difference?: number;
  low?: number;
  high?: number;
}

/** The figures of an experiment, all from the state at `offset`. */
export interface ExperimentReport {
  experiment: KeptExperiment;
  arms: ArmFigures[];
  /** `alarm`: the arms do not have the visitors that their weights say, so the figures are void. */
  sampleRatio: { eValue: number; alarm: boolean };
  verdict?: ExperimentVerdict;
  level: number;
  visitorsToGo?: number;
  currencyCode: string;
  looks: ExperimentLook[];
  notes: string[];
  reportTime?: Date;
  digest: string;
  offset: string;
}

/** What an evaluation says about a policy; absent: there is not enough overlap, or data. */
export interface EvaluatedPolicy {
  policyId: string;
  verdict: string;
  value?: number;
  low?: number;
  high?: number;
  effectiveShare: number;
  visitorsNeeded: number;
  /** Why there is not enough overlap, or data. */
  problems: string[];
}

/** One figure of a shadow beside the champion's, with intervals; absent: not known. */
export interface ShadowFigure {
  name: string;
  count: number;
  value?: number;
  low?: number;
  high?: number;
  champion?: number;
  championLow?: number;
  championHigh?: number;
  difference?: number;
  differenceLow?: number;
  differenceHigh?: number;
}

/** What only `headwater shadow` finds out. */
export interface Shadow {
  policyId: string;
  ownState: boolean;
  foldedTime?: Date;
  entriesBehind: number;
  caughtUp: boolean;
  publishSeconds: number;
  answersLate: number;
  figures: ShadowFigure[];
  driftAlarmsWorse: number;
  championDriftAlarmsWorse: number;
}

/** What `headwater evaluate`, or a shadow, found in the log; `reportJson` has all of it. */
export interface Evaluation {
  evaluationId: string;
  createTime?: Date;
  metric: string;
  placement: string;
  fromOffset: string;
  untilOffset: string;
  level: number;
  policies: EvaluatedPolicy[];
  reportJson: string;
  shadow?: Shadow;
}
