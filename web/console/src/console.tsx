/** Who is signed in sees the views; who is not, the sign-in screen. */

import { useEffect, useMemo, useState } from "preact/hooks";

import { Api } from "./api/client";
import { Frame } from "./frame";
import { ApiContext } from "./lib/context";
import { forgetKey, keepKey, keptKey } from "./lib/session";
import { useTheme } from "./lib/theme";
import { SignIn } from "./sign_in";

export function Console() {
  const [key, setKey] = useState(keptKey);
  const [message, setMessage] = useState("");
  const [theme, turnTheme] = useTheme();

  useEffect(() => {
    if (key !== null) return;
    // a server on one machine may ask for no key at all: then there is nothing to sign in with
    new Api("")
      .get("/v1/serving")
      .then(() => setKey(""))
      .catch(() => undefined);
  }, []);

  const signIn = (given: string) => {
    keepKey(given);
    setMessage("");
    setKey(given);
  };
  const signOut = (why: string) => {
    forgetKey();
    setMessage(why);
    setKey(null);
  };
  const api = useMemo(
    () => new Api(key ?? "", () => signOut("The server does not take this key any more.")),
    [key],
  );
  if (key === null) return <SignIn message={message} onKey={signIn} />;
  return (
    <ApiContext.Provider value={api}>
      <Frame theme={theme} onTheme={turnTheme} onSignOut={key ? () => signOut("") : undefined} />
    </ApiContext.Provider>
  );
}
