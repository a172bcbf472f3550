/** The state of one replica at an offset; `digest` is empty if it did not answer, see `detail`. */
export interface ReplicaState {
  replicaId: string;
  role: string;
  digest: string;
  detail: string;
}

/** The state of the model at one offset. `digest` is empty unless it was requested. */
export interface Model {
  offset: string;
  digest: string;
  counts: Record<string, number>;
  memoryBytes: number;
  versions: Record<string, string>;
  replicas: ReplicaState[];
}

/** One metric; `placement` or `policy` "all": over all of them. */
export interface Metric {
  placement: string;
  policy: string;
  window: string;
  name: string;
  value: number;
  count: number;
}

/** A change in the model's prediction quality; see DriftAlarm in protos/headwater/v1/model_service.proto. */
export interface DriftAlarm {
  placement: string;
  name: string;
  worse: boolean;
  eventsLearned: number;
  detectTime: Date | undefined;
  meanBefore: number;
  meanAfter: number;
}

/** The model's prediction quality, and the detected changes, oldest first. */
export interface Metrics {
  metrics: Metric[];
  driftAlarms: DriftAlarm[];
}
