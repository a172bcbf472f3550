/** A field that suggests what the typed text may mean: arrow keys choose, Enter opens, Escape closes. */

import { useEffect, useId, useRef, useState } from "preact/hooks";

import { useSettled } from "../lib/load";
import { useSlash } from "../lib/slash";
import { Icon } from "./icons";

export interface Suggestion {
  /** The view that it opens. */
  href: string;
  text: string;
  note?: string;
}

interface SuggestProps {
  label: string;
  value: string;
  name?: string;
  mono?: boolean;
  onInput: (text: string) => void;
  /** Suggestions for a text; absent: none are shown. */
  ask?: ((text: string) => Promise<Suggestion[]>) | undefined;
}

export function Suggest({ label, value, name, mono = false, onInput, ask }: SuggestProps) {
  const field = useRef<HTMLInputElement>(null);
  const list = useId();
  const [typed, setTyped] = useState(false);
  const [active, setActive] = useState(-1);
  const found = useSuggestions(typed ? value : "", ask);
  useSlash(field);
  const isOpen = typed && found.length > 0;
  const close = () => {
    setTyped(false);
    setActive(-1);
  };
  const choose = (one: Suggestion) => {
    close();
    location.hash = one.href;
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Escape") close();
    if (!isOpen) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) setActive((before) => (before + step + found.length + (before < 0 && step < 0 ? 1 : 0)) % found.length);
    const chosen = event.key === "Enter" ? found[active] : undefined;
    if (chosen) choose(chosen);
    if (step || chosen) event.preventDefault();
  };
  return (
    <div class="search suggest">
      <label class="hidden" for={`${list}-field`}>{label}</label>
      <Icon name="search" size={16} />
      <input
        ref={field}
        id={`${list}-field`}
        class={mono ? "input mono" : "input"}
        type="text"
        name={name}
        role="combobox"
        aria-expanded={isOpen}
        aria-controls={isOpen ? list : undefined}
        aria-autocomplete="list"
        aria-activedescendant={isOpen && active >= 0 ? `${list}-${active}` : undefined}
        autocomplete="off"
        spellcheck={false}
        placeholder={label}
        value={value}
        onInput={(event) => {
          setTyped(true);
          setActive(-1);
          onInput(event.currentTarget.value);
        }}
        onKeyDown={press}
        onBlur={close}
      />
      <kbd aria-hidden="true">/</kbd>
      {isOpen && (
        <ul id={list} role="listbox" aria-label={`Suggestions: ${label}`} class="suggestions">
          {found.map((one, place) => (
            <li
              key={one.href}
              id={`${list}-${place}`}
              role="option"
              aria-selected={place === active}
              // the field keeps the focus, so that its blur does not close the list first
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(one)}
            >
              <span class="cut">{one.text}</span>
              {one.note && <span class="faint">{one.note}</span>}
            </li>
          ))}
        </ul>
      )}
      <span class="hidden" role="status">{isOpen ? `${found.length} suggestions` : ""}</span>
    </div>
  );
}

/** The suggestions for the text once it rests; those of an earlier text never replace later ones. */
function useSuggestions(text: string, ask: SuggestProps["ask"]): Suggestion[] {
  const [found, setFound] = useState<Suggestion[]>([]);
  const settled = useSettled(text.trim(), 150);
  const newest = useRef(ask);
  newest.current = ask;
  useEffect(() => {
    let isCurrent = true;
    setFound([]);
    if (settled && newest.current)
      newest.current(settled).then(
        (answer) => isCurrent && setFound(answer),
        () => undefined, // the list below says what is wrong
      );
    return () => {
      isCurrent = false;
    };
  }, [settled]);
  return text.trim() === settled ? found : [];
}
