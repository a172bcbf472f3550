/** Stops an experiment, or closes one of its arms, after a confirmation. */

import { useState } from "preact/hooks";

import type { ExperimentJson, StopExperimentResponseJson } from "../../api/types";
import { useApi } from "../../lib/context";
import { isOpen } from "../../lib/experiments/verdicts";
import { change, type OnDone } from "../../lib/changes";
import type { Permission } from "../../lib/scopes";
import { Confirm } from "../../ui/confirm";

interface StopButtonProps {
  experiment: ExperimentJson;
  permission: Permission;
  onDone: OnDone;
}

export function StopButton({ experiment, permission, onDone }: StopButtonProps) {
  const [open, setOpen] = useState(false);
  const stop = useStop(experiment, "", onDone);
  if (!isOpen(experiment)) return null;
  return (
    <>
      <button type="button" class="button" disabled={!permission.may} title={permission.why} onClick={() => setOpen(true)}>
        Stop experiment
      </button>
      {open && (
        <Confirm title={`Stop ${experiment.experimentId}?`} action="Stop experiment" reason="Reason (kept on the log)" onConfirm={stop} onClose={() => setOpen(false)}>
          <p>From the next answer on, all visitors get the lists of the settings in force. Nobody new enters, and the figures stay as they are then.</p>
          <p>This cannot be undone: to go on, create another experiment.</p>
        </Confirm>
      )}
    </>
  );
}

interface ClosingArmProps {
  experiment: ExperimentJson;
  armId: string;
  onDone: OnDone;
  onClose: () => void;
}

export function ClosingArm({ experiment, armId, onDone, onClose }: ClosingArmProps) {
  const stop = useStop(experiment, armId, onDone);
  const isLast = (experiment.arms ?? []).slice(1).filter((arm) => !arm.closeTime).length <= 1;
  return (
    <Confirm title={`Close the arm ${armId}?`} action="Close arm" reason="Reason (kept on the log)" onConfirm={stop} onClose={onClose}>
      <p>From the next answer on, its visitors get the control's lists, and nobody new enters it. Its figures stay as they are then.</p>
      <p>
        {isLast ? "It is the last open arm beside the control, so the experiment stops, too. " : "The other arms go on. "}
        This cannot be undone.
      </p>
    </Confirm>
  );
}

function useStop(experiment: ExperimentJson, armId: string, onDone: OnDone): (reason: string) => Promise<void> {
  const api = useApi();
  const name = experiment.experimentId ?? "";
  const text = armId ? `The arm ${armId} is closed.` : `The experiment ${name} is stopped.`;
  const path = `/v1/experiments/${encodeURIComponent(name)}:stop`;
  return (reason) => change(onDone, text, () => api.post<StopExperimentResponseJson>(path, { armId, reason }));
}
