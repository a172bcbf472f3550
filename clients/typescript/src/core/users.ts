import type { WriteStatus } from "./items.js";
import type { Values } from "./values.js";

/** An account, with what the shop says of it. */
export interface User {
  userId: string;
  features?: Values;
}

/** The answer to one write; `detail` says why it was not applied. */
export interface UserResult {
  userId: string;
  status: WriteStatus;
  detail: string;
}

/** One result an account, in order, and a state that holds them all. */
export interface UsersAnswer {
  results: UserResult[];
  offset: string;
}

/** An account or a visitor: exactly one of the two. */
export type Who = { userId: string; visitorId?: undefined } | { visitorId: string; userId?: undefined };

/** One item of a history. */
export interface Touch {
  itemId: string;
  touchTime: Date | undefined;
  touches: number;
  /** Whether it was dismissed or disliked. */
  refused: boolean;
}

/** What is known; `user` without `userId`: the visitor is linked to no account. */
export interface UserProfile {
  user: Required<User>;
  visitorIds: string[];
  history: Touch[];
}
