import type { Time, Values } from "./values.js";

/** A product of the catalogue. */
export interface Item {
  itemId: string;
  title?: string;
  /** Such as "shoes > running". */
  categories?: readonly string[];
  price?: number;
  currencyCode?: string;
  /** Whether it can be bought now: true, if not said. */
  available?: boolean;
  tags?: readonly string[];
  features?: Values;
  /** From when on it may be recommended: at once, if not said. */
  publishTime?: Time;
  /** From when on it is in no list any more: never, if not said. */
  expireTime?: Time;
}

/** What became of a write; see WriteStatus in protos/headwater/v1/item.proto. */
export type WriteStatus = "applied" | "outdated" | "refused";

/** The answer to one write of an item; `detail` says why it was not applied. */
export interface ItemResult {
  itemId: string;
  status: WriteStatus;
  detail: string;
}

/** One result an item, in order, and a state that holds them all. */
export interface ItemsAnswer {
  results: ItemResult[];
  offset: string;
}
