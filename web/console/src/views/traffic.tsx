/** Throughput and latency of Recommend and Feedback. */

import { useMemo } from "preact/hooks";

import { ms, rate } from "../lib/format";
import type { Line, Samples } from "../lib/samples";
import { Chart } from "../ui/chart";
import { Card } from "../ui/parts";

const RECOMMEND = "RecommendationService/Recommend";
const FEEDBACK = "FeedbackService/Feedback";

export function Traffic({ samples }: { samples: Samples }) {
  const throughputLines = useMemo(() => throughput(samples), [samples]);
  const latencyLines = useMemo(() => latency(samples), [samples]);
  return (
    <>
      <Card title="Throughput per second" note="Calls to all replicas, and events that each replica learned" size="half">
        <Chart
          label="Throughput per second"
          times={samples.times}
          lines={throughputLines}
          format={rate}
          syncKey="overview"
          floor={0}
        />
      </Card>
      <Card title="Latency" note="Over the last minute and all replicas; p99 is that of the slowest replica" size="half">
        <Chart
          label="Latency"
          times={samples.times}
          lines={latencyLines}
          format={ms}
          syncKey="overview"
          floor={0}
        />
      </Card>
    </>
  );
}

function throughput(samples: Samples): Line[] {
  const calls = (call: string) => samples.values({ name: "calls_per_second", call });
  return [
    { label: "events learned", hue: 6, values: samples.values({ name: "events_per_second" }) },
    { label: "Recommend", hue: 1, values: calls(RECOMMEND) },
    { label: "Feedback", hue: 2, values: calls(FEEDBACK) },
  ];
}

function latency(samples: Samples): Line[] {
  const of = (name: string, call: string) => samples.values({ name, call });
  return [
    { label: "Recommend p50", hue: 1, values: of("latency_p50_ms", RECOMMEND), dashed: true },
    { label: "Recommend p99", hue: 1, values: of("latency_p99_ms", RECOMMEND) },
    { label: "Feedback p50", hue: 2, values: of("latency_p50_ms", FEEDBACK), dashed: true },
    { label: "Feedback p99", hue: 2, values: of("latency_p99_ms", FEEDBACK) },
  ];
}
