import assert from "node:assert/strict";
import { test } from "node:test";
import { Sightings } from "../dist/web/sightings.js";
import { isHalfVisible } from "../dist/web/slate-watcher.js";

test("an item is seen when it was in view for a moment, once", () => {
  const sightings = new Sightings(1000);
  sightings.enter("a", 0);
  sightings.settle(999);
  assert.deepEqual(sightings.take(), []);
  sightings.settle(1000);
  assert.deepEqual(sightings.take(), ["a"]);
  sightings.leave("a", 2000);
  sightings.enter("a", 3000);
  sightings.settle(9000);
  assert.deepEqual(sightings.take(), []);
});

test("short times in view do not add up, and time while the page is hidden does not count", () => {
  const sightings = new Sightings(1000);
  sightings.enter("a", 0);
  sightings.leave("a", 600);
  sightings.enter("a", 700);
  sightings.leaveAll(1500);
  sightings.settle(5000);
  assert.deepEqual(sightings.take(), []);
  assert.equal(sightings.nextMs, undefined);
});

test("an item that was in view long enough counts, also when that is noticed late", () => {
  const sightings = new Sightings(1000);
  sightings.enter("a", 0);
  sightings.enter("b", 500);
  assert.equal(sightings.nextMs, 1000);
  sightings.leaveAll(1200);
  assert.deepEqual(sightings.take(), ["a"]);
});

test("an action on an item counts as seeing it", () => {
  const sightings = new Sightings(1000);
  sightings.see("a");
  sightings.see("a");
  assert.ok(sightings.hasNews);
  assert.deepEqual(sightings.take(), ["a"]);
});

test("half of an element is half of its area; of one larger than the window, half of that", () => {
  const entry = (isIntersecting, intersectionRatio, seen, root) => {
    const rectangle = ([width, height]) => ({ width, height });
    return {
      isIntersecting,
      intersectionRatio,
      intersectionRect: rectangle(seen),
      rootBounds: root && rectangle(root),
    };
  };
  assert.equal(isHalfVisible(entry(true, 0.5, [10, 10], [800, 600])), true);
  assert.equal(isHalfVisible(entry(true, 0.49, [10, 10], [800, 600])), false);
  assert.equal(isHalfVisible(entry(true, 0.2, [800, 400], [800, 600])), true);
  assert.equal(isHalfVisible(entry(true, 0.2, [800, 400], null)), false);
  assert.equal(isHalfVisible(entry(false, 0, [0, 0], [800, 600])), false);
});
