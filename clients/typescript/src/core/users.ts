import type { WriteStatus } from "./items.js";
import type { Values } from "./values.js";

/** An account with the shop's data about it. */
export interface User {
  userId: string;
  features?: Values;
}

/** The result of one write; `detail` is the reason if it was not applied. */
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

/** One item of a history, with the visitor's interactions. */
export interface Touch {
  itemId: string;
  touchTime: Date | undefined;
  touches: number;
  /** Whether it was dismissed or disliked. */
  refused: boolean;
}

/** The stored profile; `user` without `userId`: the visitor is not linked to an account. */
export interface UserProfile {
  user: Required<User>;
  visitorIds: string[];
  history: Touch[];
}
