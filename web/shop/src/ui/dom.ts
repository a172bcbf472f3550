/** Creates DOM elements. */

type Child = Node | string | number | null | undefined | false;
type Properties = Record<string, unknown>;

/** Creates an element. `on…` are listeners, all others attributes; an attribute that is false is left out. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  properties: Properties = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value as EventListener);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== undefined && value !== null) element.setAttribute(name, String(value));
  }
  element.append(...children.filter((c) => c !== null && c !== undefined && c !== false).map((c) => (c instanceof Node ? c : String(c))));
  return element;
}

/** An element with this markup, which must be our own: it is not escaped. */
export function fromMarkup(markup: string, className: string): HTMLElement {
  const element = h("span", { class: className });
  element.innerHTML = markup;
  return element;
}

const PATHS = {
  basket: "M4 8h16l-1.5 11a1.5 1.5 0 0 1-1.5 1.3H7A1.5 1.5 0 0 1 5.5 19ZM8.5 8V6.5a3.5 3.5 0 0 1 7 0V8",
  heart: "M12 20s-7.5-4.6-7.5-10A4.3 4.3 0 0 1 12 7.2 4.3 4.3 0 0 1 19.5 10c0 5.4-7.5 10-7.5 10Z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM15.3 15.3 20 20",
  close: "M6 6l12 12M18 6 6 18",
  person: "M12 11.5a3.7 3.7 0 1 0 0-7.4 3.7 3.7 0 0 0 0 7.4ZM4.8 20c.6-3.7 3.5-5.6 7.2-5.6s6.6 1.9 7.2 5.6",
  pulse: "M3 12h4l2.5-7 5 14 2.5-7h4",
  plus: "M12 5v14M5 12h14",
  check: "M5 12.5l4.5 4.5L19 7.5",
  arrow: "M5 12h14M13 6l6 6-6 6",
};

export type IconName = keyof typeof PATHS;

export function icon(name: IconName): HTMLElement {
  return fromMarkup(
    `<svg viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d="${PATHS[name]}"/></svg>`,
    "icon",
  );
}
