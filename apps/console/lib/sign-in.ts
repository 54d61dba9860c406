import { paths } from "./paths.ts";

/** What the browser asks of next-auth: two forms that a page would post, without its library. */

export type SignInAnswer = { ok: true } | { ok: false; code: string };

/** Spends the link. It works once, so this is called by a press of the button and by nothing else. */
export async function spendLink(token: string): Promise<SignInAnswer> {
  try {
    const answer = await post(paths.spendLink(), { token });
    if (!answer.ok) return { ok: false, code: await refusalCode(answer) };
    const kept: unknown = await (await fetch(paths.whoIsSignedIn())).json();
    if (typeof kept !== "object" || kept === null || !("expires" in kept))
      return { ok: false, code: "COOKIE_REFUSED" };
    return { ok: true };
  } catch {
    return { ok: false, code: "CONSOLE_UNREACHABLE" };
  }
}

/** Ends the session at the Hall and removes the cookie. */
export async function signOut(): Promise<void> {
  await post(paths.signOut(), {});
  window.location.assign(paths.signIn());
}

async function post(url: string, fields: { [name: string]: string }): Promise<Response> {
  const { csrfToken } = (await (await fetch(paths.csrfToken())).json()) as { csrfToken: string };
  return fetch(url, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({ ...fields, csrfToken, json: "true" }),
  });
}

/** next-auth puts the code into the address of an error page. */
async function refusalCode(answer: Response): Promise<string> {
  const { url } = (await answer.json()) as { url?: string };
  return URL.parse(url ?? "", window.location.origin)?.searchParams.get("error") ?? "INTERNAL";
}

export interface SignInWords {
  sentence: string;
  remedy: string;
  /** True where another try with the same link can succeed. */
  canRetry: boolean;
}

const LINK_HELP = "Ask the operator of the Hall for a new link; npm start prints one for a local Hall.";

/** Why a sign-in was refused. */
export function signInWords(code: string): SignInWords {
  switch (code) {
    case "LINK_SPENT":
      return {
        sentence: "This link was used before, or its time is over. Each link works once.",
        remedy: LINK_HELP,
        canRetry: false,
      };
    case "KEY_MALFORMED":
    case "UNAUTHENTICATED":
      return {
        sentence: "This is not a whole sign-in link: a part of it is missing or mistyped.",
        remedy: "Copy the whole line again. The link has not been spent.",
        canRetry: false,
      };
    case "HALL_UNREACHABLE":
    case "LEDGER_UNAVAILABLE":
    case "SIGNER_UNAVAILABLE":
    case "SHUTTING_DOWN":
      return {
        sentence: "The Hall does not answer, so nobody can sign in now.",
        remedy: "Start it, then press the button again.",
        canRetry: true,
      };
    case "COOKIE_REFUSED":
      return {
        sentence: "The Hall began a session, and this browser did not keep its cookie.",
        remedy:
          "Safari refuses secure cookies over plain http: use another browser on localhost, or serve the console over https. Then ask for a new link.",
        canRetry: false,
      };
    case "CONSOLE_UNREACHABLE":
      return {
        sentence: "The console does not answer.",
        remedy: "Check that it runs, then press the button again.",
        canRetry: true,
      };
    default:
      return {
        sentence: `The Hall refused to begin a session (${code}).`,
        remedy:
          "Press the button again; if it is refused again, ask the operator of the Hall for a new link.",
        canRetry: true,
      };
  }
}
