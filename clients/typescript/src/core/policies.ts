/** A value that JSON has. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

/** Other values for some settings, under a name; see Policy in protos/headwater/v1/policy.proto. */
export interface Policy {
  policyId: string;
  /** By the setting's name, such as `{ exploration_epsilon: 0.1 }`. */
  overrides?: { [name: string]: Json };
}

/** A policy in an answer. */
export interface KeptPolicy extends Required<Policy> {
  updateTime?: Date;
  /** Experiments that have not ended and have an arm with it; while there is one, it cannot change. */
  experimentIds: string[];
  promoted: boolean;
  who: string;
}

/** An arm of an experiment, whose report supports a promotion. */
export interface ReportReference {
  experimentId: string;
  armId: string;
}

/** A policy in force for all visitors. */
export interface Promotion {
  policyId: string;
  overrides: { [name: string]: Json };
  promoteTime?: Date;
  /** Absent: it was forced, see `forceReason`. */
  report?: ReportReference;
  reportDigest: string;
  forceReason: string;
  who: string;
}
