/** How much is asked and told, and how long the answers take. */

import { useMemo } from "preact/hooks";

import { ms, rate } from "../lib/format";
import type { Line, Samples } from "../lib/samples";
import { Chart } from "../ui/chart";
import { Card } from "../ui/parts";

const RECOMMEND = "RecommendationService/Recommend";
const FEEDBACK = "FeedbackService/Feedback";

export function Traffic({ samples }: { samples: Samples }) {
  const much = useMemo(() => throughput(samples), [samples]);
  const long = useMemo(() => latency(samples), [samples]);
  return (
    <>
      <Card title="Throughput, a second" note="Calls to all replicas, and events that each of them learned" size="half">
        <Chart
          label="Throughput a second"
          times={samples.times}
          lines={much}
          format={rate}
          together="overview"
          floor={0}
        />
      </Card>
      <Card title="Latency" note="Of the minute before, over all replicas; p99: the slowest one's" size="half">
        <Chart
          label="Latency"
          times={samples.times}
          lines={long}
          format={ms}
          together="overview"
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
