/** Asks for the backend key and checks it before the views open. */

import { useState } from "preact/hooks";

import { Api } from "./api/client";
import { ApiError, errorText } from "./api/errors";

interface SignInProps {
  message: string;
  onKey: (key: string) => void;
}

export function SignIn({ message, onKey }: SignInProps) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState(message);
  const [busy, setBusy] = useState(false);

  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem("");
    try {
      await new Api(key.trim()).get("/v1/serving");
      onKey(key.trim());
    } catch (error) {
      setProblem(problemText(error));
      setBusy(false);
    }
  };

  return (
    <main class="sign-in">
      <form class="card" onSubmit={(event) => void submit(event)}>
        <h1 class="brand">
          <img src="/console/headwater.svg" alt="" />
          <span>
            Headwater
            <small>Operator console</small>
          </span>
        </h1>
        <label class="field">
          <span>Backend key</span>
          <input
            class="input"
            type="password"
            name="key"
            autocomplete="current-password"
            autofocus
            required
            spellcheck={false}
            value={key}
            aria-invalid={problem !== ""}
            aria-describedby="problem"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <div id="problem" role="alert">
          {problem && <div class="notice bad">{problem}</div>}
        </div>
        <button class="button first" type="submit" disabled={busy || !key.trim()}>
          {busy ? "Signing in…" : "Sign in"}
        </button>
        <p class="faint">
          One of the server's <code>HEADWATER_KEYS</code>; the scope <code>read</code> is enough. The key is
          kept in this tab only, until you close it.
        </p>
      </form>
    </main>
  );
}

function problemText(error: unknown): string {
  const status = error instanceof ApiError ? error.status : 0;
  if (status === 401) return "The server does not accept this key.";
  if (status === 403) return "This key has no access to the console. Use a backend key, without scopes or with the scope read.";
  return errorText(error);
}
