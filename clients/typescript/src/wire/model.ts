import type { DriftAlarm, Metrics, Model } from "../core/model.js";
import * as pb from "../gen/headwater/v1/model_service_pb.js";
import { fromTime } from "./values.js";

/** Read the state of the model. */
export function model(response: pb.GetModelResponse): Model {
  return {
    offset: response.offset,
    digest: response.digest,
    counts: Object.fromEntries(Object.entries(response.counts).map(([name, count]) => [name, Number(count)])),
    memoryBytes: Number(response.memoryBytes),
    versions: { ...response.versions },
    replicas: response.replicas.map(({ replicaId, role, digest, detail }) => ({ replicaId, role, digest, detail })),
  };
}

/** Read the metrics. */
export function metrics(response: pb.GetMetricsResponse): Metrics {
  return {
    metrics: response.metrics.map(({ placement, policy, window, name, value, count }) => {
      return { placement, policy, window, name, value, count: Number(count) };
    }),
    driftAlarms: response.driftAlarms.map(driftAlarm),
  };
}

function driftAlarm(alarm: pb.DriftAlarm): DriftAlarm {
  const { placement, name, meanBefore, meanAfter } = alarm;
  return {
    placement,
    name,
    worse: alarm.direction === pb.DriftDirection.WORSE,
    eventsLearned: Number(alarm.eventsLearned),
    detectTime: fromTime(alarm.detectTime),
    meanBefore,
    meanAfter,
  };
}
