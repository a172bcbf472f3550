/** How good the lists are, how much is asked, how fast it is answered. */

import { useMemo, useState } from "preact/hooks";

import type { GetMetricsResponseJson, ListMetricSamplesResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { decimal, figure, percent } from "../lib/format";
import { useLoad } from "../lib/load";
import { Samples } from "../lib/samples";
import { Chart } from "../ui/chart";
import { Card, Choice, Empty, Head } from "../ui/parts";
import { Shown } from "../ui/states";
import { Alarms } from "./alarms";
import { Groups } from "./groups";
import { Tiles } from "./tiles";
import { Traffic } from "./traffic";

const EVERY_MS = 10_000;
const SPANS = [
  ["METRIC_SPAN_HOUR", "Hour"],
  ["METRIC_SPAN_WEEK", "Week"],
] as const;
const FIGURES = [
  ["act_rate", "Act rate"],
  ["reward", "Reward"],
  ["log_loss", "Log loss"],
  ["calibration_error", "Calibration"],
] as const;

type Span = (typeof SPANS)[number][0];
type Figure = (typeof FIGURES)[number][0];

export function Overview() {
  const api = useApi();
  const [span, setSpan] = useState<Span>("METRIC_SPAN_HOUR");
  const loaded = useLoad(
    () => api.get<ListMetricSamplesResponseJson>("/v1/metrics:samples", { span }),
    [api, span],
    EVERY_MS,
  );
  const metrics = useLoad(() => api.get<GetMetricsResponseJson>("/v1/metrics"), [api], EVERY_MS);
  return (
    <>
      <Head title="Overview" text="How well the model foresees what visitors do, and how it serves them.">
        <Choice label="Time span" options={SPANS} value={span} onChange={setSpan} />
      </Head>
      <Shown of={loaded} lines={9}>
        {(response) => <Drawn response={response} span={span} />}
      </Shown>
      <div style={{ height: "16px" }} />
      <Card title="By placement and policy" note="Of late, and over all time" flush>
        <Shown of={metrics}>{(data) => <Groups metrics={data.metrics ?? []} />}</Shown>
      </Card>
    </>
  );
}

function Drawn({ response, span }: { response: ListMetricSamplesResponseJson; span: Span }) {
  const samples = useMemo(() => new Samples(response), [response]);
  if (samples.times.length < 2) {
    return (
      <Card title="Nothing sampled yet">
        <Empty title="The time line begins now">
          {span === "METRIC_SPAN_WEEK"
            ? "The week's first point comes after the first thirty samples."
            : "Each process samples every ten seconds, and keeps that in memory: a restart begins anew."}
        </Empty>
      </Card>
    );
  }
  return (
    <div class="stack">
      <Tiles samples={samples} />
      <div class="grid">
        <HitRate samples={samples} />
        <Alarms alarms={response.driftAlarms ?? []} />
        <ByPlacement samples={samples} />
        <Traffic samples={samples} />
      </div>
    </div>
  );
}

function HitRate({ samples }: { samples: Samples }) {
  const lines = useMemo(() => samples.byPlacement("hit_rate_at_20"), [samples]);
  const marks = useMemo(() => samples.alarms(), [samples]);
  return (
    <Card
      title="Hit rate at 20"
      note="Share of visits whose item was among the best 20 just before; dashed: a drift alarm"
      size="two-thirds"
    >
      <Chart
        label="Hit rate at 20 over time"
        times={samples.times}
        lines={lines.map((line) => ({ ...line, label: "hit rate" }))}
        marks={marks}
        format={(value) => percent(value)}
        height={240}
        together="overview"
        floor={0}
      />
    </Card>
  );
}

function ByPlacement({ samples }: { samples: Samples }) {
  const [name, setName] = useState<Figure>("act_rate");
  const lines = useMemo(() => samples.byPlacement(name), [samples, name]);
  const marks = useMemo(() => samples.alarms(), [samples]);
  const shares = name === "act_rate";
  return (
    <Card
      title={`${figure(name)} by placement and policy`}
      note="Of reported slates whose window closed, before they were learned from"
      tools={<Choice label="Figure" options={FIGURES} value={name} onChange={setName} />}
    >
      {lines.length === 0 ? (
        <Empty title="No slates were reported yet">
          Send impression events with the recommendation's attribution token.
        </Empty>
      ) : (
        <Chart
          label={figure(name)}
          times={samples.times}
          lines={lines}
          marks={marks}
          format={(value) => (shares ? percent(value) : decimal(value, 3))}
          together="overview"
          floor={0}
        />
      )}
    </Card>
  );
}
