/** The fields that only one kind of rule has. */

import { type Draft, LEVELS } from "../../lib/rules/draft";
import { ItemPicker } from "./item_picker";

interface KindFieldsProps {
  draft: Draft;
  set: (part: Partial<Draft>) => void;
}

export function KindFields({ draft, set }: KindFieldsProps) {
  switch (draft.kind) {
    case "pin":
      return (
        <>
          <NumberField label="Slot" name="slot" min={1} max={100} value={draft.slot} onInput={(slot) => set({ slot })} />
          <ItemPicker itemIds={draft.itemIds} onChange={(itemIds) => set({ itemIds })} />
        </>
      );
    case "boost":
    case "bury":
      return <NumberField label={draft.kind === "boost" ? "Odds of being shown, times" : "Odds of being shown, divided by"} name="times" min={1} max={1_000_000} step="any" value={draft.times} onInput={(times) => set({ times })} />;
    case "cap":
      return (
        <div class="row">
          <NumberField label="At most in a list" name="most" min={0} max={100} value={draft.most} onInput={(most) => set({ most })} />
          <TextField label="Of each value of the field (optional)" name="field" placeholder="categories" value={draft.field} onInput={(field) => set({ field })} />
        </div>
      );
    case "hide":
      return (
        <div class="row">
          <TextField label="After these events (empty: always)" name="eventTypes" placeholder="purchase-complete" value={draft.eventTypes} onInput={(eventTypes) => set({ eventTypes })} />
          {draft.eventTypes.trim() !== "" && <NumberField label="For days" name="days" min={0} max={36_500} step="any" value={draft.days} onInput={(days) => set({ days })} />}
        </div>
      );
    default:
      return (
        <label class="field">
          <span>Level</span>
          <select class="input" name="level" value={draft.level} onChange={(event) => set({ level: event.currentTarget.value })}>
            {LEVELS.map((level) => (
              <option key={level} value={level}>
                {level}
              </option>
            ))}
          </select>
        </label>
      );
  }
}

interface FieldProps {
  label: string;
  name: string;
  value: string;
  onInput: (text: string) => void;
}

function NumberField({ label, name, value, onInput, ...limits }: FieldProps & { min: number; max: number; step?: string }) {
  return (
    <label class="field grow">
      <span>{label}</span>
      <input class="input" type="number" name={name} required value={value} onInput={(event) => onInput(event.currentTarget.value)} {...limits} />
    </label>
  );
}

function TextField({ label, name, value, onInput, placeholder }: FieldProps & { placeholder: string }) {
  return (
    <label class="field grow">
      <span>{label}</span>
      <input class="input" name={name} placeholder={placeholder} value={value} onInput={(event) => onInput(event.currentTarget.value)} />
    </label>
  );
}
