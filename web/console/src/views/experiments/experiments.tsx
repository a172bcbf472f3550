/** All experiments with what they say so far, running ones first. */

import type { ExperimentJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { allExperiments } from "../../lib/experiments/loading";
import { count } from "../../lib/format";
import { useLoad } from "../../lib/load";
import { href } from "../../lib/router";
import { More } from "../../ui/more";
import { Card, Empty, PageHeader } from "../../ui/parts";
import { WhenLoaded } from "../../ui/states";
import { Table } from "../../ui/table";
import { ExperimentRow } from "./experiment_row";

const EVERY_MS = 15_000;
const COLUMNS = ["Experiment", "Result so far", "Difference to the control", "Visitors>", "Arms", "State"];

export function Experiments() {
  const api = useApi();
  const loaded = useLoad(() => allExperiments(api), [api], EVERY_MS);
  return (
    <>
      <PageHeader
        title="Experiments"
        text={
          <>
            An experiment shows the lists of several <a href={href("policies")}>policies</a> to different visitors, its arms, and compares what they do. The first arm is the control: mostly the lists as they are.{" "}
            <code>headwater experiment create FILE.toml</code> starts one.
          </>
        }
      />
      <WhenLoaded loaded={loaded} lines={8}>
        {(experiments) => <List experiments={experiments} />}
      </WhenLoaded>
    </>
  );
}

function List({ experiments }: { experiments: readonly ExperimentJson[] }) {
  const running = experiments.filter((one) => one.state === "EXPERIMENT_STATE_RUNNING").length;
  return (
    <Card title={`${count(experiments.length)} ${experiments.length === 1 ? "experiment" : "experiments"}`} note={running ? `${count(running)} running` : ""} flush>
      {experiments.length === 0 ? (
        <NoExperiments />
      ) : (
        <More entries={experiments} label="Show more experiments">
          {(shown) => (
            <Table label="Experiments" columns={COLUMNS}>
              {shown.map((one) => (
                <ExperimentRow key={one.experimentId} experiment={one} />
              ))}
            </Table>
          )}
        </More>
      )}
    </Card>
  );
}

function NoExperiments() {
  return (
    <Empty icon="experiments" title="No experiment yet">
      Write a policy with other values for some settings (<code>headwater policy put NAME SETTING=VALUE</code>), then compare it with the settings in force:{" "}
      <code>headwater experiment create FILE.toml</code>. The page docs/experiments-in-your-shop.md has an example of both files.
    </Empty>
  );
}
