/** Compares the state of all replicas by their digests at the same log entry. */

import { useState } from "preact/hooks";

import type { GetModelResponseJson, ReplicaStateJson } from "../api/types";
import { useApi } from "../lib/context";
import { useScope } from "../lib/scopes";
import { Ago, Card } from "../ui/parts";
import { Failed } from "../ui/states";
import { Icon } from "../ui/icons";

const TIMEOUT_MS = 30_000;

interface Outcome {
  answer?: GetModelResponseJson;
  error?: unknown;
  time: number;
}

export function DigestComparison() {
  const api = useApi();
  const { may, why } = useScope("model");
  const [busy, setBusy] = useState(false);
  const [outcome, setOutcome] = useState<Outcome>();
  const compare = async () => {
    setBusy(true);
    const query = { compareReplicas: "true" };
    try {
      const answer = await api.get<GetModelResponseJson>("/v1/model", query, TIMEOUT_MS);
      setOutcome({ answer, time: Date.now() });
    } catch (error) {
      setOutcome({ error, time: Date.now() });
    }
    setBusy(false);
  };
  return (
    <Card
      title="Compare replica states"
      note="Writes a marker to the log; each replica reports the digest of its state there. Takes seconds if the state is large."
      tools={
        <button type="button" class="button first" disabled={busy || !may} onClick={() => void compare()}>
          {busy ? "Comparing…" : "Compare now"}
        </button>
      }
    >
      <div role="status">
        {outcome?.error !== undefined && (
          <Failed error={outcome.error} reload={() => void compare()} />
        )}
        {outcome?.answer && <Verdict answer={outcome.answer} time={outcome.time} />}
        {!outcome && <p class="soft">Not compared yet. {why}</p>}
      </div>
    </Card>
  );
}

function Verdict({ answer, time }: { answer: GetModelResponseJson; time: number }) {
  const states = answer.replicas ?? [];
  const missing = states.filter((one) => !one.digest);
  const digests = new Set(states.map((one) => one.digest).filter(Boolean));
  const [tone, text] =
    digests.size > 1
      ? ["bad", "The digests differ: the replicas have different states. Stop the wrong ones, see docs/operations.md."]
      : missing.length
        ? ["warn", `${states.length - missing.length} agree, ${missing.length} reported no digest.`]
        : ["good", states.length === 1 ? "One replica: nothing to compare with." : `All ${states.length} replicas agree.`];
  return (
    <div class="stack">
      <div class={`notice ${tone}`}>
        <Icon name={tone === "good" ? "check" : "quarantine"} />
        <div>
          <strong>{text}</strong> Log entry <span class="mono">{answer.offset}</span>,{" "}
          <Ago time={time} />.
        </div>
      </div>
      <ul class="stack" style={{ gap: "6px" }}>
        {states.map((one) => (
          <ReplicaDigest key={one.replicaId} state={one} />
        ))}
      </ul>
    </div>
  );
}

function ReplicaDigest({ state }: { state: ReplicaStateJson }) {
  return (
    <li class="row">
      <span class="mono">{state.replicaId}</span>
      <span class="mono soft cut grow" title={state.digest}>
        {state.digest || state.detail}
      </span>
    </li>
  );
}
