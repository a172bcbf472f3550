import type { MessageInitShape } from "@bufbuild/protobuf";
import type { Json, KeptPolicy, Policy, Promotion } from "../core/policies.js";
import type * as pb from "../gen/headwater/v1/policy_pb.js";
import { fromTime, refuseUnknown } from "./values.js";

/** Return the policy as a message. */
export function toPolicy(policy: Policy): MessageInitShape<typeof pb.PolicySchema> {
  refuseUnknown("a policy", policy, ["policyId", "overrides"]);
  return { policyId: policy.policyId, overrides: policy.overrides ?? {} };
}

/** Read a policy. */
export function fromPolicy(policy: pb.Policy | undefined): KeptPolicy {
  const { policyId = "", overrides = {}, experimentIds = [], promoted = false, who = "" } = policy ?? {};
  return {
    policyId,
    overrides: overrides as { [name: string]: Json },
    updateTime: fromTime(policy?.updateTime),
    experimentIds,
    promoted,
    who,
  };
}

/** Read a promotion. */
export function promotion(one: pb.Promotion | undefined): Promotion {
  const { policyId = "", overrides = {}, report, reportDigest = "", forceReason = "", who = "" } = one ?? {};
  return {
    policyId,
    overrides: overrides as { [name: string]: Json },
    promoteTime: fromTime(one?.promoteTime),
    report: report && { experimentId: report.experimentId, armId: report.armId },
    reportDigest,
    forceReason,
    who,
  };
}
