/** Animates elements from their old places to the new ones (FLIP: first, last, invert, play). */

const MOVE: KeyframeAnimationOptions = { duration: 520, easing: "cubic-bezier(.22,.8,.24,1)" };

/** Puts `elements` into `list` in this order, with an animation. */
export function flip(list: HTMLElement, elements: HTMLElement[]): void {
  const first = new Map([...list.children].map((child) => [child, child.getBoundingClientRect()]));
  list.replaceChildren(...elements);
  if (matchMedia("(prefers-reduced-motion: reduce)").matches) return;
  for (const element of elements) {
    const from = first.get(element);
    if (from) glide(element, from);
    else enter(element);
  }
}

function glide(element: HTMLElement, from: DOMRect): void {
  const to = element.getBoundingClientRect();
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (x || y) element.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], MOVE);
}

function enter(element: HTMLElement): void {
  element.animate([{ opacity: 0, transform: "scale(.86)" }, { opacity: 1, transform: "none" }], MOVE);
  element.classList.remove("fresh");
  requestAnimationFrame(() => element.classList.add("fresh"));
  element.addEventListener("animationend", () => element.classList.remove("fresh"), { once: true });
}
