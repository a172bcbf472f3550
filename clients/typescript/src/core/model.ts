/** What one replica holds at an offset: no `digest` if it did not answer, see `detail`. */
export interface ReplicaState {
  replicaId: string;
  role: string;
  digest: string;
  detail: string;
}

/** Where the model stands; all of one state. `digest` is empty unless it was asked for. */
export interface Model {
  offset: string;
  digest: string;
  counts: Record<string, number>;
  memoryBytes: number;
  versions: Record<string, string>;
  replicas: ReplicaState[];
}

/** One measured figure; `placement` or `policy` "all": over all of them. */
export interface Metric {
  placement: string;
  policy: string;
  window: string;
  name: string;
  value: number;
  count: number;
}

/** A change in how well the model foresees; see DriftAlarm in protos/headwater/v1/model_service.proto. */
export interface DriftAlarm {
  placement: string;
  name: string;
  worse: boolean;
  eventsLearned: number;
  detectTime: Date | undefined;
  meanBefore: number;
  meanAfter: number;
}

/** How well the model foresaw what happened, and the changes that were noticed, oldest first. */
export interface Metrics {
  metrics: Metric[];
  driftAlarms: DriftAlarm[];
}
