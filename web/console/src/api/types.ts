/** Messages of headwater.v1 as the gateway writes them: JSON names, int64 as text, absent fields. */

export type Int64 = string | number;

export interface CallFigures {
  call: string;
  callsPerSecond?: number;
  failuresPerSecond?: number;
  latencyP50Ms?: number;
  latencyP90Ms?: number;
  latencyP99Ms?: number;
  underWay?: Int64;
  counts?: Record<string, Int64>;
}

export interface Replica {
  replicaId: string;
  role?: string;
  host?: string;
  pid?: number;
  alive?: boolean;
  reportTime?: string;
  reportAgeMs?: Int64;
  offset?: string;
  lagEntries?: Int64;
  lagMs?: Int64;
  fault?: string;
  versions?: Record<string, string>;
  startTime?: string;
  memoryBytes?: Int64;
  calls?: CallFigures[];
}

export interface ListReplicasResponse {
  replicas?: Replica[];
  logOffset?: string;
  logEntries?: Int64;
  replicaId?: string;
}

export interface GetServingResponse {
  replicaId: string;
  startTime?: string;
  uptimeMs?: Int64;
  readsServed?: boolean;
  writesServed?: boolean;
  detail?: string;
  memoryBytes?: Int64;
  memoryBudgetBytes?: Int64;
  stateMemoryBytes?: Int64;
  operationsWaiting?: Int64;
  calls?: CallFigures[];
}

export interface MetricSeries {
  name: string;
  placement?: string;
  policy?: string;
  call?: string;
  values?: (number | string)[];
}

export interface DriftAlarm {
  placement?: string;
  name?: string;
  direction?: string;
  eventsLearned?: Int64;
  detectTime?: string;
  meanBefore?: number;
  meanAfter?: number;
}

export interface ListMetricSamplesResponse {
  replicaId?: string;
  sampleTimes?: string[];
  series?: MetricSeries[];
  driftAlarms?: DriftAlarm[];
  intervalSeconds?: number;
}

export interface Metric {
  placement: string;
  policy: string;
  window: string;
  name: string;
  value?: number;
  count?: Int64;
}

export interface GetMetricsResponse {
  metrics?: Metric[];
}

export interface ReplicaState {
  replicaId: string;
  role?: string;
  digest?: string;
  detail?: string;
}

export interface GetModelResponse {
  offset?: string;
  digest?: string;
  counts?: Record<string, Int64>;
  memoryBytes?: Int64;
  versions?: Record<string, string>;
  replicas?: ReplicaState[];
}

export interface QuarantinedEvent {
  eventId: string;
  visitorId?: string;
  userId?: string;
  reason?: string;
  quarantineTime?: string;
  event?: Record<string, unknown>;
}

export interface ListQuarantinedEventsResponse {
  events?: QuarantinedEvent[];
  nextPageToken?: string;
  keptCount?: Int64;
  everCount?: Int64;
}

export interface LogFigures {
  entries?: Int64;
  entriesEver?: Int64;
  firstOffset?: string;
  lastOffset?: string;
  firstTime?: string;
  lastTime?: string;
  memoryBytes?: Int64;
}

export interface ArchiveFigures {
  directory?: string;
  segments?: Int64;
  firstEntry?: Int64;
  lastEntry?: Int64;
  diskBytes?: Int64;
}

export interface Snapshot {
  snapshotId: string;
  offset?: string;
  createTime?: string;
  entriesSince?: Int64;
  storedBytes?: Int64;
  plainBytes?: Int64;
  versions?: Record<string, string>;
}

export interface StoreFigures {
  version?: string;
  memoryBytes?: Int64;
  memoryBytesMax?: Int64;
  appendFsync?: string;
  appendFileBytes?: Int64;
  startTime?: string;
}

export interface GetStorageResponse {
  log?: LogFigures;
  archive?: ArchiveFigures;
  snapshots?: Snapshot[];
  store?: StoreFigures;
}

export interface Value {
  text?: string;
  number?: number;
}

export interface Item {
  itemId: string;
  title?: string;
  categories?: string[];
  price?: number;
  currencyCode?: string;
  available?: boolean;
  tags?: string[];
  features?: Record<string, Value>;
  publishTime?: string;
  expireTime?: string;
}

export interface ItemStatistics {
  itemId: string;
  item?: Item;
  shown?: boolean;
  touches?: Int64;
  repeatTouches?: Int64;
  touchesSince?: Int64;
  touchesHour?: number;
  touchesDay?: number;
  touchesWeek?: number;
  trendHour?: number;
  trendDay?: number;
  trendWeek?: number;
  impressions?: Int64;
  acts?: Int64;
  reward?: number;
}

export interface ListItemStatisticsResponse {
  items?: ItemStatistics[];
  nextPageToken?: string;
  totalCount?: Int64;
}

export interface ScoredItem {
  itemId: string;
  score?: number;
}

export interface ListSimilarItemsResponse {
  results?: ScoredItem[];
}

export interface Touch {
  itemId: string;
  touchTime?: string;
  touches?: number;
  refused?: boolean;
}

export interface User {
  userId?: string;
  features?: Record<string, Value>;
}

export interface GetUserResponse {
  user?: User;
  visitorIds?: string[];
  history?: Touch[];
}

export interface FeatureContribution {
  feature: string;
  contribution?: number;
}

export interface Result {
  itemId: string;
  score?: number;
  probability?: number;
  probabilityLow?: number;
  probabilityHigh?: number;
  propensity?: number;
  sources?: string[];
  reasons?: string[];
  contributions?: FeatureContribution[];
  rules?: string[];
  explanation?: string;
}

export interface RecommendResponse {
  recommendationId?: string;
  results?: Result[];
  offset?: string;
  policy?: string;
  degraded?: string[];
  shortfall?: string;
}
