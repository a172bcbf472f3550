/** What was done: takes the focus, because the button that did it may be gone. */

import { useEffect, useRef } from "preact/hooks";

import { Icon } from "./icons";

export function Done({ text, tone = "good" }: { text: string; tone?: "good" | "warn" }) {
  const notice = useRef<HTMLDivElement>(null);
  useEffect(() => notice.current?.focus(), [text]);
  return (
    <div class={`notice ${tone} done`} role="status" tabIndex={-1} ref={notice}>
      <Icon name={tone === "good" ? "check" : "quarantine"} />
      <div>{text}</div>
    </div>
  );
}
