/** One experiment: what it says so far, what that rests on, and the ways to end it. */

import type { ExperimentJson, ExperimentReportJson } from "../../api/types";
import { ApiError } from "../../api/errors";
import { type OnDone, useChanges } from "../../lib/changes";
import { useApi } from "../../lib/context";
import { reportOf } from "../../lib/experiments/loading";
import { metricMeaning, metricName } from "../../lib/experiments/metrics";
import { placementsOf, stateOf, unitOf } from "../../lib/experiments/verdicts";
import { double, percent } from "../../lib/format";
import { type Loaded, useLoad } from "../../lib/load";
import { href } from "../../lib/router";
import { type Permission, useScope } from "../../lib/scopes";
import { Done } from "../../ui/done";
import { Icon } from "../../ui/icons";
import { Badge, Card, Empty, PageHeader } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { Arms } from "./arms";
import { Comparison } from "./comparison";
import { Design } from "./design";
import { GuardRails } from "./guard_rails";
import { Promotion } from "./promotion";
import { SampleRatio } from "./sample_ratio";
import { StopButton } from "./stopping";
import { Timeline } from "./timeline";
import { VerdictCard } from "./verdict";

const EVERY_MS = 5_000;

export function ExperimentPage({ experimentId }: { experimentId: string }) {
  const api = useApi();
  const changes = useChanges();
  const loaded = useLoad(() => reportOf(api, experimentId, changes.minOffset()), [api, experimentId], EVERY_MS);
  const onDone: OnDone = (text, offset) => {
    changes.note(text, offset);
    loaded.reload();
  };
  const permission = useScope("experiments");
  const experiment = loaded.data?.report?.experiment;
  const [tone, word] = stateOf(experiment ?? {});
  return (
    <>
      <PageHeader title={experimentId} text={experiment && <Question experiment={experiment} />}>
        {experiment && <Badge tone={tone}>{word}</Badge>}
        {experiment && <StopButton experiment={experiment} permission={permission} onDone={onDone} />}
        <a class="button" href={href("experiments")}>
          <Icon name="back" size={15} />
          All experiments
        </a>
      </PageHeader>
      {changes.done && <Done text={changes.done} />}
      {isMissing(loaded) ? (
        <Missing />
      ) : (
        <WhenLoaded loaded={loaded} lines={12}>
          {(data) => <Report report={data.report ?? {}} permission={permission} onDone={onDone} />}
        </WhenLoaded>
      )}
    </>
  );
}

function isMissing({ data, error }: Loaded<unknown>): boolean {
  return data === undefined && error instanceof ApiError && error.isNotFound;
}

function Missing() {
  return (
    <Card title="Unknown experiment">
      <Empty icon="search" title="No experiment has this name">
        The server keeps the last 100. <a href={href("experiments")}>All experiments</a>
      </Empty>
    </Card>
  );
}

function Question({ experiment }: { experiment: ExperimentJson }) {
  const [control, ...others] = (experiment.arms ?? []).map((arm) => arm.armId);
  const metric = experiment.primary?.metric;
  return (
    <>
      Compares {others.join(", ")} with {control === "control" ? control : `the control, ${control}`}, on {placementsOf(experiment)}, for {percent(double(experiment.share), 0)} of {unitOf(experiment)}. Decided by:{" "}
      {metricName(metric)} ({metricMeaning(metric)}).
    </>
  );
}

interface ReportProps {
  report: ExperimentReportJson;
  permission: Permission;
  onDone: OnDone;
}

function Report({ report, permission, onDone }: ReportProps) {
  const alarm = report.sampleRatio?.alarm;
  return (
    <div class="grid">
      {alarm && <SampleRatio report={report} />}
      <VerdictCard report={report} />
      <Promotion report={report} permission={permission} onDone={onDone} />
      <Timeline report={report} />
      <Arms report={report} permission={permission} onDone={onDone} />
      <Comparison report={report} />
      {!alarm && <SampleRatio report={report} />}
      <GuardRails report={report} />
      <Design report={report} />
    </div>
  );
}
