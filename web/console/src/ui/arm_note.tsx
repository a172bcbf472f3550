/** The arms of experiments that a list is of: a visitor in the hold-out gets popular items. */

import type { ArmAssignmentJson } from "../api/types";
import { href } from "../lib/router";

export function ArmNote({ arms = [] }: { arms?: readonly ArmAssignmentJson[] | undefined }) {
  if (arms.length === 0) return null;
  return (
    <p class="faint above">
      The visitor is in{" "}
      {arms.map((one, place) => (
        <span key={one.experimentId}>
          {place > 0 && ", "}
          arm {one.armId} of <a href={href("experiments", one.experimentId ?? "")}>{one.experimentId}</a>
        </span>
      ))}
      ; its policy decides this list.
    </p>
  );
}
