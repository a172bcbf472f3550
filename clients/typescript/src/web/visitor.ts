import { newId } from "../core/ids.js";
import type { Shelf } from "./shelf.js";

const NAME = "headwater.visitor";

/** Return who this browser is: minted at its first visit, and kept. */
export function visitorOf(shelf: Shelf): string {
  const kept = shelf.get(NAME);
  if (kept) return kept;
  shelf.put(NAME, newId());
  return shelf.get(NAME) ?? newId(); // two tabs that open at once agree on what is kept
}
