import type { MessageInitShape } from "@bufbuild/protobuf";
import type {
  Experiment,
  ExperimentState,
  ExperimentVerdict,
  KeptArm,
  KeptExperiment,
  Metric,
} from "../core/experiments.js";
import * as pb from "../gen/headwater/v1/experiment_pb.js";
import { fromTime, refuseUnknown, toIds, toTime } from "./values.js";

const UNITS = { visitor: pb.ExperimentUnit.VISITOR, user: pb.ExperimentUnit.USER };
const DIRECTIONS = { increase: pb.MetricDirection.INCREASE, decrease: pb.MetricDirection.DECREASE };
const STATES: Record<pb.ExperimentState, ExperimentState> = {
  [pb.ExperimentState.UNSPECIFIED]: "scheduled", // never sent
  [pb.ExperimentState.SCHEDULED]: "scheduled",
  [pb.ExperimentState.RUNNING]: "running",
  [pb.ExperimentState.ENDED]: "ended",
  [pb.ExperimentState.STOPPED]: "stopped",
};
export const VERDICTS: Record<pb.ExperimentVerdict, ExperimentVerdict | undefined> = {
  [pb.ExperimentVerdict.UNSPECIFIED]: undefined,
  [pb.ExperimentVerdict.NOT_STARTED]: "not started",
  [pb.ExperimentVerdict.TOO_FEW_VISITORS]: "too few visitors",
  [pb.ExperimentVerdict.NO_DIFFERENCE_SEEN]: "no difference seen",
  [pb.ExperimentVerdict.BETTER]: "better",
  [pb.ExperimentVerdict.WORSE]: "worse",
  [pb.ExperimentVerdict.GUARD_RAIL_CROSSED]: "guard rail crossed",
  [pb.ExperimentVerdict.SAMPLE_RATIO_ALARM]: "sample ratio alarm",
};
const NAMES = (
  "experimentId arms primary guardRails layer salt unit placements share level visitorsPlanned startTime endTime " +
  "visitorsMax autoPromote currencyCode"
).split(" ");

/** Return the experiment as a message. */
export function toExperiment(one: Experiment): MessageInitShape<typeof pb.ExperimentSchema> {
  refuseUnknown("an experiment", one, NAMES);
  refuseUnknown("primary", one.primary, ["metric", "windowMinutes", "direction"]);
  return {
    experimentId: one.experimentId,
    layer: one.layer ?? "",
    salt: one.salt ?? "",
    unit: named("unit", one.unit ?? "visitor", UNITS),
    placements: toIds("placements", one.placements),
    share: one.share ?? 0,
    arms: one.arms.map((arm) => {
      refuseUnknown("an arm", arm, ["armId", "policyId", "weight"]);
      return { armId: arm.armId, policyId: arm.policyId ?? "", weight: arm.weight ?? 1 };
    }),
    primary: {
      metric: one.primary.metric,
      windowMinutes: one.primary.windowMinutes ?? 0,
      direction: named("primary.direction", one.primary.direction ?? "increase", DIRECTIONS),
    },
    guardRails: (one.guardRails ?? []).map((rail) => {
      refuseUnknown("a guard rail", rail, ["metric", "worstRelative"]);
      return { metric: rail.metric, worstRelative: rail.worstRelative };
    }),
    level: one.level ?? 0,
    visitorsPlanned: BigInt(one.visitorsPlanned ?? 0),
    startTime: toTime("startTime", one.startTime),
    endTime: toTime("endTime", one.endTime),
    visitorsMax: BigInt(one.visitorsMax ?? 0),
    autoPromote: one.autoPromote ?? false,
    currencyCode: one.currencyCode ?? "",
  };
}

function named<Name extends string, Value>(field: string, name: Name, known: Record<Name, Value>): Value {
  const found = known[name];
  if (found === undefined) throw new TypeError(`${field}: "${name}" is not one of ${Object.keys(known).join(", ")}`);
  return found;
}

/** Read an experiment. */
export function fromExperiment(one: pb.Experiment): KeptExperiment {
  const { primary } = one;
  return {
    experimentId: one.experimentId,
    layer: one.layer,
    salt: one.salt,
    unit: one.unit === pb.ExperimentUnit.USER ? "user" : "visitor",
    placements: one.placements,
    share: one.share,
    arms: one.arms.map(kept),
    primary: {
      metric: (primary?.metric ?? "") as Metric,
      windowMinutes: primary?.windowMinutes ?? 0,
      direction: primary?.direction === pb.MetricDirection.DECREASE ? "decrease" : "increase",
    },
    guardRails: one.guardRails.map(({ metric, worstRelative }) => ({ metric: metric as Metric, worstRelative })),
    level: one.level,
    visitorsPlanned: Number(one.visitorsPlanned),
    startTime: fromTime(one.startTime),
    endTime: fromTime(one.endTime),
    visitorsMax: Number(one.visitorsMax),
    autoPromote: one.autoPromote,
    currencyCode: one.currencyCode,
    state: STATES[one.state],
    createTime: fromTime(one.createTime),
    stopTime: fromTime(one.stopTime),
    stopReason: one.stopReason,
    winnerArmId: one.winnerArmId,
    layerRanges: one.layerRanges.map(({ start, end }) => ({ start, end })),
    full: one.full,
    who: one.who,
    verdict: VERDICTS[one.verdict],
  };
}

function kept({ armId, policyId, weight, closeReason, closeTime, visitors }: pb.ExperimentArm): KeptArm {
  return { armId, policyId, weight, closeReason, closeTime: fromTime(closeTime), visitors: Number(visitors) };
}
