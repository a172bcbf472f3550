import { newId } from "../core/ids.js";
import type { Shelf } from "./shelf.js";

const NAME = "headwater.visitor";

/** Return the visitor id of this browser: created at its first visit, and kept. */
export function visitorOf(shelf: Shelf): string {
  const kept = shelf.get(NAME);
  if (kept) return kept;
  shelf.put(NAME, newId());
  return shelf.get(NAME) ?? newId(); // two tabs that open at the same time use the stored id
}
