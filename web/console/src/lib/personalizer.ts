/** The figures of the Personalizer API, as GET /personalizer/v1.0/figures returns them. */

export interface PersonalizerValue {
  value: number;
  low: number;
  high: number;
}

export interface PersonalizerDay {
  day: string;
  events: number;
  matchRate: number | null;
  meanReward: number | null;
}

export interface PersonalizerGroup {
  slot: string;
  events: number;
  ready: boolean;
  summary: string;
  values: {
    policy: PersonalizerValue;
    baseline: PersonalizerValue;
    random: PersonalizerValue;
    policyMinusBaseline: PersonalizerValue;
  } | null;
  byDay: PersonalizerDay[];
}

export interface PersonalizerFigures {
  mode: string;
  share: number;
  level: number;
  groups: PersonalizerGroup[];
}
