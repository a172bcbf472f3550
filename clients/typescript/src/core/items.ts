import type { Time, Values } from "./values.js";

/** A product of the catalogue. */
export interface Item {
  itemId: string;
  title?: string;
  /** Such as "shoes > running". */
  categories?: readonly string[];
  price?: number;
  currencyCode?: string;
  /** Whether it can be bought now; default: true. */
  available?: boolean;
  tags?: readonly string[];
  features?: Values;
  /** When recommendations may start; default: immediately. */
  publishTime?: Time;
  /** When recommendations stop; default: never. */
  expireTime?: Time;
  /** A picture: https://…, http://… or a path of the shop that begins with one /. */
  imageUri?: string;
  /** The page of the item, in the same forms. */
  uri?: string;
  /** The product that the item is a variant of: lists have one item of a group. */
  groupId?: string;
}

/** The result of a write; see WriteStatus in protos/headwater/v1/item.proto. */
export type WriteStatus = "applied" | "outdated" | "refused";

/** The result for one item; `detail` is the reason if it was not applied. */
export interface ItemResult {
  itemId: string;
  status: WriteStatus;
  detail: string;
}

/** One result for each item, in order, and the offset of a state that contains all of them. */
export interface ItemsAnswer {
  results: ItemResult[];
  offset: string;
}
