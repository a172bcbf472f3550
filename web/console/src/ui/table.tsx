/** A table with named columns; on a phone each row is a block with a name beside each value. */

import type { ComponentChildren } from "preact";

interface TableProps {
  /** What the table contains, for screen readers. */
  label: string;
  /** Names of columns; those of numbers end with ">", and stand to the right. */
  columns: readonly string[];
  /** On a phone two values are on a line: for many short ones. */
  tight?: boolean;
  children: ComponentChildren;
}

export function Table({ label, columns, tight = false, children }: TableProps) {
  return (
    <div class={`scroll stacked ${tight ? "tight" : ""}`} role="group" aria-label={label} tabIndex={0} style={namesOf(columns)}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" class={name.endsWith(">") ? "right" : ""}>
                {name.replace(/>$/, "") || <span class="hidden">Actions</span>}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}

/** The names for CSS, which puts them beside the values: --column-2 is that of the second column. */
function namesOf(columns: readonly string[]): Record<string, string> {
  const names = columns.map((name) => (name ? `"${name.replace(/>$/, "")}"` : "none"));
  return Object.fromEntries(names.map((name, place) => [`--column-${place + 1}`, name]));
}
