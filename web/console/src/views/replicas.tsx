/** All replicas: lag, load, memory, and whether their states are equal. */

import type { GetServingResponseJson, ListReplicasResponseJson, ReplicaJson } from "../api/types";
import { useApi } from "../lib/context";
import { bytes, count, double, duration, int, method, ms, rate } from "../lib/format";
import { useLoad } from "../lib/load";
import type { Tone } from "../lib/tone";
import { Ago, Badge, Card, Empty, PageHeader } from "../ui/parts";
import { WhenLoaded } from "../ui/states";
import { Table } from "../ui/table";
import { DigestComparison } from "./digest_comparison";
import { Calls } from "./calls";

const EVERY_MS = 3_000;

export function Replicas() {
  const api = useApi();
  const replicas = useLoad(
    () => api.get<ListReplicasResponseJson>("/v1/replicas"),
    [api],
    EVERY_MS,
  );
  const serving = useLoad(() => api.get<GetServingResponseJson>("/v1/serving"), [api], EVERY_MS);
  return (
    <>
      <PageHeader
        title="Replicas"
        text="All replicas are equal: each has the whole state and applies the same log in the same order."
      />
      <div class="stack">
        <Card title="Replicas of this catalogue" note="Each sends a report about once a second" flush>
          <WhenLoaded loaded={replicas}>{(data) => <Replicating data={data} />}</WhenLoaded>
        </Card>
        <DigestComparison />
        <Card title="The process behind this page" note={serving.data?.replicaId ?? ""} flush>
          <WhenLoaded loaded={serving}>{(data) => <Calls serving={data} />}</WhenLoaded>
        </Card>
      </div>
    </>
  );
}

const COLUMNS = ["Replica", "State", "Lag>", "Calls per second>", "Recommend p50 / p99>", "Memory>", "Uptime>", "Versions"];

function Replicating({ data }: { data: ListReplicasResponseJson }) {
  const all = data.replicas ?? [];
  if (all.length === 0) {
    return <Empty icon="replicas" title="No replica has reported">Start one with <code>headwater serve</code>.</Empty>;
  }
  return (
    <Table label="Replicas and their figures" columns={COLUMNS}>
      {all.map((one) => (
        <Row key={one.replicaId} replica={one} isAnswering={one.replicaId === data.replicaId} />
      ))}
    </Table>
  );
}

function Row({ replica, isAnswering }: { replica: ReplicaJson; isAnswering: boolean }) {
  const calls = replica.calls ?? [];
  const total = calls.reduce((sum, one) => sum + double(one.callsPerSecond), 0);
  const recommend = calls.find((one) => method(one.call) === "Recommend");
  const up = replica.startTime ? Date.now() - Date.parse(replica.startTime) : undefined;
  const [tone, word] = stateOf(replica);
  const versions = replica.versions ?? {};
  return (
    <tr class={replica.alive ? "" : "faint"}>
      <td>
        <span class="mono">{replica.replicaId}</span>
        <span class="second">
          {replica.role} on {replica.host}, process {replica.pid}
          {isAnswering && " · answered this request"}
        </span>
      </td>
      <td>
        <Badge tone={tone}>{word}</Badge>
        <span class="second">{replica.fault || <Ago time={replica.reportTime} />}</span>
      </td>
      <td class="right nowrap">
        {count(replica.lagEntries)} {int(replica.lagEntries) === 1 ? "entry" : "entries"}
        <span class="second">{ms(int(replica.lagMs))}</span>
      </td>
      <td class="right">{rate(total)}</td>
      <td class="right nowrap">
        {ms(recommend?.latencyP50Ms)} / {ms(recommend?.latencyP99Ms)}
      </td>
      <td class="right nowrap">{int(replica.memoryBytes) ? bytes(replica.memoryBytes) : "–"}</td>
      <td class="right nowrap">{replica.alive && up !== undefined ? duration(up) : "–"}</td>
      <td class="nowrap">
        {versions["headwater"] ?? "?"}
        <span class="second">
          state {versions["state"]}, River {versions["river"]}
        </span>
      </td>
    </tr>
  );
}

function stateOf(replica: ReplicaJson): [Tone, string] {
  if (!replica.alive) return ["", "no reports"];
  if (replica.fault) return ["bad", "stopped learning"];
  return int(replica.lagEntries) > 1_000 ? ["warn", "lagging"] : ["good", "alive"];
}
