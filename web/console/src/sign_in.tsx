/** Asks for the backend key and checks it before the views open. */

import { useEffect, useState } from "preact/hooks";

import { Api } from "./api/client";
import { ApiError, errorText } from "./api/errors";
import { SIGN_IN_URL } from "./lib/sign_in";

interface SignInProps {
  message: string;
  /** The host of the sign-in service; empty: there is none. */
  host: string;
  onKey: (key: string) => void;
}

export function SignIn({ message, host, onKey }: SignInProps) {
  const [key, setKey] = useState("");
  const [problem, setProblem] = useState(message);
  const [busy, setBusy] = useState(false);
  useEffect(() => setProblem(message), [message]);

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
        <div id="problem" role="alert">
          {problem && <div class="notice bad">{problem}</div>}
        </div>
        {host && (
          <>
            <a class="button first" href={SIGN_IN_URL}>
              Sign in with {host}
            </a>
            <p class="faint or">or with a key of the server</p>
          </>
        )}
        <label class="field">
          <span>Backend key</span>
          <input
            class="input"
            type="password"
            name="key"
            autocomplete="current-password"
            autofocus={!host}
            required
            spellcheck={false}
            value={key}
            aria-invalid={problem !== "" && problem !== message}
            aria-describedby="problem"
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <button class={host ? "button" : "button first"} type="submit" disabled={busy || !key.trim()}>
          {busy ? "Signing in…" : host ? "Sign in with the key" : "Sign in"}
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
