/** The most important metrics with their trends. */

import { decimal, ms, percent, rate } from "../lib/format";
import { first, last, type Samples, type Values } from "../lib/samples";
import { Sparkline } from "../ui/sparkline";

interface Figure {
  name: string;
  values: Values;
  format: (value: number | undefined) => string;
  hue: number;
  /** Whether a higher value is better; undefined: neither. */
  higherIsBetter?: boolean;
}

const RECOMMEND = "RecommendationService/Recommend";
const FEEDBACK = "FeedbackService/Feedback";

export function KeyFigures({ samples }: { samples: Samples }) {
  return (
    <dl class="tiles">
      {figures(samples).map((one) => (
        <Tile key={one.name} figure={one} />
      ))}
    </dl>
  );
}

function figures(samples: Samples): Figure[] {
  const p99 = (call: string) => samples.values({ name: "latency_p99_ms", call });
  return [
    { name: "Hit rate at 20", values: samples.overall("hit_rate_at_20"), format: (value) => percent(value), hue: 1, higherIsBetter: true },
    { name: "Act rate", values: samples.overall("act_rate"), format: (value) => percent(value), hue: 4, higherIsBetter: true },
    { name: "Reward per slate", values: samples.overall("reward"), format: (value) => decimal(value), hue: 3, higherIsBetter: true },
    { name: "Events learned / s", values: samples.values({ name: "events_per_second" }), format: rate, hue: 6 },
    { name: "Recommend, p99", values: p99(RECOMMEND), format: ms, hue: 2, higherIsBetter: false },
    { name: "Feedback, p99", values: p99(FEEDBACK), format: ms, hue: 5, higherIsBetter: false },
  ];
}

function Tile({ figure }: { figure: Figure }) {
  const { name, values, format, hue, higherIsBetter } = figure;
  return (
    <div class="card tile">
      <dt>{name}</dt>
      <dd>{format(last(values))}</dd>
      <dd class="change" style={{ fontWeight: 400 }}>
        <Change from={first(values)} to={last(values)} higherIsBetter={higherIsBetter} />
      </dd>
      <Sparkline values={values} hue={hue} />
    </div>
  );
}

interface ChangeProps {
  from: number | undefined;
  to: number | undefined;
  higherIsBetter: boolean | undefined;
}

/** The change over the shown period; a small change has no colour. */
function Change({ from, to, higherIsBetter }: ChangeProps) {
  if (from === undefined || to === undefined) return <>no data yet</>;
  if (!from) return <>from 0</>;
  const change = (to - from) / Math.abs(from);
  const tone = higherIsBetter === undefined || Math.abs(change) < 0.05 ? "" : change > 0 === higherIsBetter ? "up" : "down";
  const sign = change > 0 ? "+" : change < 0 ? "−" : "±";
  return (
    <>
      <b class={tone}>
        {sign}
        {decimal(100 * Math.abs(change), 0)} %
      </b>{" "}
      in this period
    </>
  );
}
