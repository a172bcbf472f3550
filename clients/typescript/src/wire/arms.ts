import type { ArmAssignment } from "../core/arms.js";
import type * as pb from "../gen/headwater/v1/arm_pb.js";

/** Read an arm. */
export function arm({ experimentId, armId }: pb.ArmAssignment): ArmAssignment {
  return { experimentId, armId };
}
