/** A table with named columns that scrolls sideways on a narrow page. */

import type { ComponentChildren } from "preact";

interface TableProps {
  /** What the table contains, for screen readers. */
  label: string;
  /** Names of columns; those of numbers end with ">", and stand to the right. */
  columns: readonly string[];
  children: ComponentChildren;
}

export function Table({ label, columns, children }: TableProps) {
  return (
    <div class="scroll" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            {columns.map((name) => (
              <th key={name} scope="col" class={name.endsWith(">") ? "right" : ""}>
                {name.replace(/>$/, "")}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </div>
  );
}
