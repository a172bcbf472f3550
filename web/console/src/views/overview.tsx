/** Quality of the lists, traffic and latency. */

import { useMemo, useState } from "preact/hooks";

import type { GetMetricsResponseJson, GetModelResponseJson, ListMetricSamplesResponseJson } from "../api/types";
import { useApi } from "../lib/context";
import { count, decimal, figure, int, percent } from "../lib/format";
import { useLoad } from "../lib/load";
import { Samples } from "../lib/samples";
import { Chart } from "../ui/chart";
import { Card, Choice, Empty, PageHeader } from "../ui/parts";
import { WhenLoaded } from "../ui/states";
import { Alarms } from "./alarms";
import { MetricsTable } from "./metrics_table";
import { KeyFigures } from "./key_figures";
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
      <PageHeader title="Overview" text="How well the model predicts what visitors do, and how fast it answers.">
        <Choice label="Time span" options={SPANS} value={span} onChange={setSpan} />
      </PageHeader>
      <WhenLoaded loaded={loaded} lines={9}>
        {(response) => <Charts response={response} span={span} />}
      </WhenLoaded>
      <div style={{ height: "16px" }} />
      <Card title="By placement and policy" note="Recent, and in total" flush>
        <WhenLoaded loaded={metrics}>{(data) => <MetricsTable metrics={data.metrics ?? []} />}</WhenLoaded>
      </Card>
    </>
  );
}

function Charts({ response, span }: { response: ListMetricSamplesResponseJson; span: Span }) {
  const samples = useMemo(() => new Samples(response), [response]);
  if (samples.times.length < 2) {
    return (
      <Card title="No samples yet">
        <Empty title="Collecting samples">
          {span === "METRIC_SPAN_WEEK"
            ? "The first point of the week appears after thirty samples."
            : "Each process takes a sample every ten seconds and keeps it in memory. A restart begins again."}
        </Empty>
      </Card>
    );
  }
  return (
    <div class="stack">
      <KeyFigures samples={samples} />
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
      note="Share of visits whose item was among the top 20 just before; dashed line: drift alarm"
      size="two-thirds"
    >
      <Chart
        label="Hit rate at 20 over time"
        times={samples.times}
        lines={lines.map((line) => ({ ...line, label: "hit rate" }))}
        marks={marks}
        format={(value) => percent(value)}
        height={240}
        syncKey="overview"
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
  const hidden = samples.hidden(name);
  const rest = hidden > 0 ? `; ${hidden} more are in the table below` : "";
  return (
    <Card
      title={`${figure(name)} by placement and policy`}
      note={`Slates with a closed attribution window, measured before the model learned from them${rest}`}
      tools={<Choice label="Metric" options={FIGURES} value={name} onChange={setName} />}
    >
      {lines.length === 0 ? (
        <NoFigures />
      ) : (
        <Chart
          label={figure(name)}
          times={samples.times}
          lines={lines}
          marks={marks}
          format={(value) => (shares ? percent(value) : decimal(value, 3))}
          syncKey="overview"
          floor={0}
        />
      )}
    </Card>
  );
}

/** Why there are no figures of slates: none was reported, or none is closed yet. */
function NoFigures() {
  const api = useApi();
  const model = useLoad(() => api.get<GetModelResponseJson>("/v1/model"), [api], EVERY_MS);
  const open = int(model.data?.counts?.["open_impressions"]);
  if (!open) {
    return (
      <Empty title="No impressions yet">Send impression events with the attribution token of the recommendation.</Empty>
    );
  }
  return (
    <Empty title={`${count(open)} reported slates wait`}>
      A slate is counted when its attribution window has closed (the setting attribution_window_minutes, 30 by default).
    </Empty>
  );
}
