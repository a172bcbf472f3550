/** What was done: takes the focus, because the button that did it may be gone. */

import { useEffect, useRef } from "preact/hooks";

import { Icon } from "./icons";

export function Done({ text }: { text: string }) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), [text]);
  return (
    <div class="notice good done" role="status" tabIndex={-1} ref={notice}>
      <Icon name="check" />
      <div>{text}</div>
    </div>
  );
}
