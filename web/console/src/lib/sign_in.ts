/** Signing in at the shop's OpenID Connect provider: the session is a cookie that no script can read. */

export interface Person {
  who: string;
  role: "read" | "edit" | "operate";
  /** Until the session ends, or is renewed. */
  seconds: number;
  renews: boolean;
}

export interface SignInState {
  /** The provider's host; empty: keys alone open the console. */
  signIn: string;
  session: Person | null;
}

const PATH = "/console/auth";
const TIMEOUT_MS = 5_000;
const RENEWAL = "headwater-renewal";
/** Without it the gateway ignores the session: a page of another site cannot send it. */
export const OWN_HEADER = "x-headwater-console";

export const SIGN_IN_URL = `${PATH}/sign-in`;

export async function signInState(): Promise<SignInState> {
  const none = { signIn: "", session: null };
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  const response = await fetch(`${PATH}/session`, { cache: "no-store", signal }).catch(() => undefined);
  return response?.ok ? ((await response.json()) as SignInState) : none;
}

/** The renewed session; null if the person must sign in again. Only one tab renews: a refresh token may be of one use. */
export async function renewed(before: Person): Promise<Person | null> {
  const locks = navigator.locks as LockManager | undefined; // none without TLS, except on the same machine
  return locks ? locks.request(RENEWAL, () => renew(before)) : renew(before);
}

async function renew(before: Person): Promise<Person | null> {
  const now = (await signInState()).session;
  if (now && now.seconds > before.seconds / 2) return now; // another tab has renewed it
  const response = await post("renew").catch(() => undefined);
  if (response?.ok) return ((await response.json()) as SignInState).session;
  return response?.status === 401 ? null : now; // the provider is away: the session holds until its end
}

/** Ends the session here, then goes to where the provider ends its own. */
export async function signOut(): Promise<void> {
  const response = await post("sign-out");
  const { location: to, ended } = (await response.json()) as { location: string; ended: boolean };
  // a dialog, since the page is left: what it would show is gone at once
  if (!ended) alert("No server could be reached: this browser is signed out, but a copy of your session would work until its end.");
  location.assign(to);
}

const post = (what: string) => fetch(`${PATH}/${what}`, { method: "POST", headers: { [OWN_HEADER]: "1" } });

const PROBLEMS: Record<string, string> = {
  provider: "The sign-in service cannot be reached, or is not set up as Headwater expects. The log of headwater web says more.",
  denied: "The sign-in service did not let you in: you cancelled, or your account may not use the console.",
  state: "This sign-in has expired, or was used before. Sign in again.",
  token: "The answer of the sign-in service is not valid for this console. The log of headwater web says more.",
  role: "Your account has no role in Headwater: ask your administrator for read, edit or operate.",
};

/** What went wrong with the last sign-in, taken out of the address. */
export function takenProblem(): string {
  const code = new URLSearchParams(location.search).get("problem");
  if (code === null) return "";
  history.replaceState(null, "", location.pathname + location.hash);
  return PROBLEMS[code] ?? "The sign-in failed. Try again.";
}
