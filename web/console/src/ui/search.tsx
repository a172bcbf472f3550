/** A search field; the key "/" moves the focus to it. */

import { useEffect, useRef } from "preact/hooks";

import { Icon } from "./icons";

interface SearchProps {
  label: string;
  value: string;
  onInput: (text: string) => void;
  invalid?: boolean;
}

export function Search({ label, value, onInput, invalid = false }: SearchProps) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      if (event.key !== "/" || isTyping(event.target)) return;
      event.preventDefault();
      field.current?.focus();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return (
    <label class="search">
      <span class="hidden">{label}</span>
      <Icon name="search" size={16} />
      <input
        ref={field}
        class="input"
        type="search"
        placeholder={label}
        value={value}
        aria-invalid={invalid}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && target.closest("input, select, textarea") !== null;
}
