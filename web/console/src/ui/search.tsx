/** A search field; the key "/" moves the focus to it. */

import { useRef } from "preact/hooks";

import { useSlash } from "../lib/slash";
import { Icon } from "./icons";

interface SearchProps {
  label: string;
  value: string;
  onInput: (text: string) => void;
  invalid?: boolean;
}

export function Search({ label, value, onInput, invalid = false }: SearchProps) {
  const field = useRef<HTMLInputElement>(null);
  useSlash(field);
  return (
    <label class="search">
      <span class="hidden">{label}</span>
      <Icon name="search" size={16} />
      <input
        ref={field}
        class="input"
        type="search"
        dir="auto"
        placeholder={label}
        value={value}
        aria-invalid={invalid}
        onInput={(event) => onInput(event.currentTarget.value)}
      />
      <kbd aria-hidden="true">/</kbd>
    </label>
  );
}
