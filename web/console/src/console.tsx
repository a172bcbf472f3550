/** The views for a signed-in operator, else the sign-in screen. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { Api } from "./api/client";
import { Frame } from "./frame";
import { ApiContext } from "./lib/context";
import { forgetKey, keepKey, keptKey } from "./lib/session";
import { type Person, renewed, type SignInState, signInState, signOut, takenProblem } from "./lib/sign_in";
import { useTheme } from "./lib/theme";
import { SignIn } from "./sign_in";

const ENDED = "Your session has ended. Sign in again.";
const RENEW_SHARE = 0.8;

export function Console() {
  const [key, setKey] = useState(keptKey);
  const [message, setMessage] = useState(takenProblem);
  const [theme, toggleTheme] = useTheme();
  const [known, setKnown] = useState<SignInState>();
  const person = key === null ? (known?.session ?? null) : null;

  const setPerson = (session: Person | null) => setKnown((before) => ({ signIn: before?.signIn ?? "", session }));
  useEffect(() => {
    void signInState().then((found) => {
      // a key goes before a session, until the page is loaded again
      if (key !== null) return setKnown({ ...found, session: null });
      setKnown(found);
      if (found.session) return;
      // a server on one machine may need no key: then no sign-in is needed
      new Api("").get("/v1/serving").then(() => setKey(""), () => undefined);
    });
  }, []);
  useRenewal(person, (session) => {
    if (!session) setMessage(ENDED);
    setPerson(session);
  });

  const signIn = (given: string) => {
    keepKey(given);
    setMessage("");
    setKey(given);
  };
  const leave = (why: string) => {
    if (person) return why ? (setMessage(ENDED), setPerson(null)) : void signOut();
    forgetKey();
    setMessage(why);
    setKey(null);
  };
  const api = useMemo(
    () => new Api(key ?? "", () => leave("The server no longer accepts this key.")),
    [key, person === null],
  );
  // nothing until the ways of signing in are known: the field of the key would take the focus
  if (key === null && !known) return null;
  if (key === null && !person) return <SignIn message={message} host={known?.signIn ?? ""} onKey={signIn} />;
  return (
    <ApiContext.Provider value={api}>
      <Frame theme={theme} onTheme={toggleTheme} person={person} onSignOut={key || person ? () => leave("") : undefined} />
    </ApiContext.Provider>
  );
}

/** Renews a session before it ends, or says at its end that it has ended. */
function useRenewal(person: Person | null, onChange: (session: Person | null) => void): void {
  useEffect(() => {
    if (!person) return;
    const waitMs = 1_000 * Math.max(1, person.seconds * (person.renews ? RENEW_SHARE : 1));
    const timer = setTimeout(() => {
      if (person.renews) void renewed(person).then(onChange);
      else onChange(null);
    }, waitMs);
    return () => clearTimeout(timer);
  }, [person]);
}
