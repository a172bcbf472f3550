import type { MessageInitShape } from "@bufbuild/protobuf";
import type { User, UserProfile, UsersAnswer } from "../core/users.js";
import type { Time } from "../core/values.js";
import type * as pb from "../gen/headwater/v1/user_service_pb.js";
import { WRITE_STATUSES } from "./items.js";
import { checkFields, checkValue } from "./kinds.js";
import { fromTime, fromValues, toTime, toValues } from "./values.js";

/** Build the request: all given features, or the named ones. */
export function upsertUsersRequest(
  users: readonly User[],
  features: readonly string[] | undefined,
  setTime: Time | undefined,
): MessageInitShape<typeof pb.UpsertUsersRequestSchema> {
  checkValue("users", users, "list");
  if (features) checkValue("features", features, "texts");
  const updateMask = features?.length ? { paths: features.map((name) => `features.${name}`) } : undefined;
  const write = { updateMask, setTime: toTime("setTime", setTime) };
  return { writes: users.map((user) => ({ ...write, user: toUser(user) })) };
}

function toUser(user: User): MessageInitShape<typeof pb.UserSchema> {
  checkFields("a user", user, { userId: "text", features: "values" });
  return { userId: user.userId, features: toValues(user.features) };
}

/** Read the results of the writes. */
export function usersAnswer(response: pb.UpsertUsersResponse): UsersAnswer {
  const results = response.results.map(({ userId, status, detail }) => {
    return { userId, status: WRITE_STATUSES[status], detail };
  });
  return { results, offset: response.offset };
}

/** Read the profile. */
export function profile({ user, visitorIds, history }: pb.GetUserResponse): UserProfile {
  return {
    user: { userId: user?.userId ?? "", features: fromValues(user?.features ?? {}) },
    visitorIds,
    history: history.map(({ itemId, touchTime, touches, refused }) => {
      return { itemId, touchTime: fromTime(touchTime), touches, refused };
    }),
  };
}
