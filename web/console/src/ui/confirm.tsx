/** Asks before something is changed: what happens, a reason if one is kept, and the error if it failed. */

import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { ApiError, errorText } from "../api/errors";

const REASON_MAX = 1_000;

interface ConfirmProps {
  title: string;
  action: string;
  /** The label of a required text that the log keeps; absent: none is asked for. */
  reason?: string;
  /** What happens then. */
  children: ComponentChildren;
  onConfirm: (reason: string) => Promise<void>;
  onClose: () => void;
}

export function Confirm({ title, action, reason, children, onConfirm, onClose }: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const name = useId();
  const [text, setText] = useState("");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const opened = dialog.current;
    opened?.showModal();
    return () => opened?.close(); // gives the focus back
  }, []);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm(text.trim());
      onClose();
    } catch (failure) {
      setError(failure);
      setBusy(false);
    }
  };
  return (
    <dialog ref={dialog} class="dialog" aria-labelledby={name} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <h2 id={name}>{title}</h2>
        <div class="stack text">{children}</div>
        {reason && (
          <label class="field">
            <span>{reason}</span>
            <textarea class="input" name="reason" dir="auto" rows={2} required maxLength={REASON_MAX} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
        )}
        <div role="alert">{error !== undefined && <Refused error={error} />}</div>
        <footer class="row">
          <button type="button" class="button" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" class="button first" disabled={busy || (reason !== undefined && !text.trim())}>
            {busy ? "Please wait…" : action}
          </button>
        </footer>
      </form>
    </dialog>
  );
}

/** Why the server refused: each condition on its own line. */
function Refused({ error }: { error: unknown }) {
  const conditions = error instanceof ApiError ? error.conditions : [];
  return (
    <div class="notice bad">
      <div>
        <strong>Nothing was changed.</strong> {conditions.length === 0 && errorText(error)}
        {conditions.length > 0 && (
          <ul>
            {conditions.map((text) => (
              <li key={text}>{text}</li>
            ))}
          </ul>
        )}
      </div>
    </div>
  );
}
