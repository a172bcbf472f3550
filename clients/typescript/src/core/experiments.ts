import type { Time } from "./values.js";

export type ExperimentState = "scheduled" | "running" | "ended" | "stopped";
export type ExperimentVerdict =
  | "not started"
  | "too few visitors"
  | "no difference seen"
  | "better"
  | "worse"
  | "guard rail crossed"
  | "sample ratio alarm";
export type Metric = "act_rate" | "acts" | "reward" | "purchases" | "revenue";

/** One arm. Without `policyId` it has the policy in force. */
export interface ExperimentArm {
  armId: string;
  policyId?: string;
  /** Default: 1. */
  weight?: number;
}

/** What decides an experiment. */
export interface PrimaryMetric {
  metric: Metric;
  /** Acts count for so long after a visitor's first exposure. Default: until the experiment ends. */
  windowMinutes?: number;
  /** Default: "increase" is an improvement. */
  direction?: "increase" | "decrease";
}

/** What must not become worse than `worstRelative`, such as -0.05: 5 % less. */
export interface GuardRail {
  metric: Metric;
  worstRelative: number;
}

/** An experiment to create; limits and defaults are in Experiment, protos/headwater/v1/experiment.proto. */
export interface Experiment {
  experimentId: string;
  /** 2 to 8; the first is the control. */
  arms: readonly ExperimentArm[];
  primary: PrimaryMetric;
  guardRails?: readonly GuardRail[];
  layer?: string;
  salt?: string;
  unit?: "visitor" | "user";
  placements?: readonly string[];
  share?: number;
  level?: number;
  visitorsPlanned?: number;
  startTime?: Time;
  endTime?: Time;
  visitorsMax?: number;
  autoPromote?: boolean;
  currencyCode?: string;
}

/** An arm in an answer. */
export interface KeptArm extends Required<ExperimentArm> {
  /** Why it takes nobody any more; "": it is open. */
  closeReason: string;
  closeTime?: Date;
  visitors: number;
}

/** An experiment in an answer, with every default filled in. */
export interface KeptExperiment extends Required<Omit<Experiment, "arms" | "primary" | "startTime" | "endTime">> {
  arms: KeptArm[];
  primary: Required<PrimaryMetric>;
  startTime?: Date;
  endTime?: Date;
  state: ExperimentState;
  createTime?: Date;
  stopTime?: Date;
  stopReason: string;
  winnerArmId: string;
  /** The parts of the layer that it has, 0 to 1. */
  layerRanges: { start: number; end: number }[];
  /** Whether nobody new enters. */
  full: boolean;
  who: string;
  /** What its report says as a whole. */
  verdict?: ExperimentVerdict;
}
