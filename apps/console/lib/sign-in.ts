import { PASSKEY_FAILURES, PasskeyFailure } from "./passkey-failure.ts";
import { showPasskey } from "./passkeys.ts";
import { paths } from "./paths.ts";
import type { SecondFactor } from "./people-types.ts";

/** What the browser asks of next-auth: two forms that a page would post, without its library. */

/** How far somebody has come. */
export type SignInProgress = { step: "in" } | { step: "factor"; factors: readonly SecondFactor[] };

export type SignInAnswer =
  | ({ ok: true } & SignInProgress)
  | { ok: false; code: string }
  /** The same again, with one of these. */
  | { ok: false; code: "CHOOSE_TENANT"; tenants: string[] };

/** Spends the link. It works once, so this is called by a press of the button and by nothing else. */
export function spendLink(token: string): Promise<SignInAnswer> {
  return begin("link", { token });
}

export function signInByPassword(fields: {
  email: string;
  password: string;
  tenant: string;
}): Promise<SignInAnswer> {
  return begin("password", fields);
}

export function showFactor(code: string): Promise<SignInAnswer> {
  return begin("factor", { code });
}

/** Hands in what the provider sent back; the Hall's token of it is in a cookie that no script reads. */
export function signInBySso(tenant: string, answer: string): Promise<SignInAnswer> {
  return begin("sso", { tenant, answer });
}

/** Asks the browser for a passkey of the account that waits. */
export async function showPasskeyToSignIn(): Promise<SignInAnswer> {
  try {
    const answer = await fetch(paths.askPasskey(), { method: "POST" });
    const told = (await answer.json()) as { options?: { challenge: string }; code?: string };
    if (!told.options) return refused(told.code ?? "INTERNAL");
    return await begin("factor", { passkey: JSON.stringify(await showPasskey(told.options)) });
  } catch (error) {
    return { ok: false, code: error instanceof PasskeyFailure ? error.code : "CONSOLE_UNREACHABLE" };
  }
}

async function begin(
  by: "link" | "password" | "factor" | "sso",
  fields: { [name: string]: string },
): Promise<SignInAnswer> {
  try {
    const answer = await post(paths.beginSession(by), fields);
    if (!answer.ok) return refused(await refusalCode(answer));
    const kept: unknown = await (await fetch(paths.whoIsSignedIn())).json();
    if (typeof kept !== "object" || kept === null || !("step" in kept))
      return { ok: false, code: "COOKIE_REFUSED" };
    if (kept.step !== "factor") return { ok: true, step: "in" };
    return { ok: true, step: "factor", factors: (kept as { factors?: SecondFactor[] }).factors ?? [] };
  } catch {
    return { ok: false, code: "CONSOLE_UNREACHABLE" };
  }
}

function refused(code: string): SignInAnswer {
  const tenants = /^CHOOSE_TENANT:(.+)$/.exec(code)?.[1];
  return tenants ? { ok: false, code: "CHOOSE_TENANT", tenants: tenants.split(",") } : { ok: false, code };
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

/** Why somebody whom their provider knows is nobody here. */
const NOBODY_HERE: { [why: string]: string } = {
  no_email: "Your provider gives no e-mail address of you.",
  unverified_email: "Your provider does not say that your e-mail is verified.",
  foreign_domain: "Your e-mail is of a domain that this tenant has not proved.",
  other_way_of_sign_in: "There is a member with your e-mail who signs in with a password or a link.",
  not_invited: "Nobody with your e-mail is invited here.",
  removed: "You were removed from this tenant.",
};

/** Why a sign-in was refused. */
export function signInWords(refused: string): SignInWords {
  const [code = "", why = ""] = refused.split(":", 2);
  switch (code) {
    case "SSO_PERSON_REFUSED":
      return {
        sentence: NOBODY_HERE[why] ?? "Your provider knows you, and you are nobody here.",
        remedy:
          why === "other_way_of_sign_in"
            ? "Sign in that way once and link your provider under Your security."
            : "Ask an owner of the tenant to invite you, or to look at single sign-on.",
        canRetry: false,
      };
    case "SSO_REQUIRED":
      return {
        sentence: "Your tenant signs people in through its own provider, and in no other way.",
        remedy: "Use single sign-on below.",
        canRetry: true,
      };
    case "SSO_REFUSED":
      return {
        sentence: "What your provider sent back does not sign you in.",
        remedy: "Begin again in this browser; if it is refused again, ask whoever runs your provider.",
        canRetry: false,
      };
    case "SSO_UNKNOWN":
    case "SSO_PROVIDER_UNUSABLE":
      return {
        sentence: "Your provider cannot be used now.",
        remedy:
          "Try again in a moment; if it stays so, ask an owner of the tenant to look at single sign-on.",
        canRetry: true,
      };
    case "LINK_SPENT":
      return {
        sentence: "This link was used before, or its time is over. Each link works once.",
        remedy: LINK_HELP,
        canRetry: false,
      };
    case "SIGN_IN_REFUSED":
      return {
        sentence: "That is not what signs you in here.",
        remedy: "Check what you typed. If you have lost it, ask for a recovery link below.",
        canRetry: true,
      };
    case "INVALID_REQUEST":
      return {
        sentence: "An e-mail and a password are needed, or a second factor.",
        remedy: "Check what you typed.",
        canRetry: true,
      };
    case "TOO_MANY_ATTEMPTS":
      return {
        sentence: "Too many attempts were made within a quarter of an hour.",
        remedy: "Wait a quarter of an hour, or ask for a recovery link.",
        canRetry: true,
      };
    case "SESSION_ENDED":
      return {
        sentence: "The five minutes to show a second factor are over.",
        remedy: "Begin again with your password or a link.",
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
    case "PASSKEY_NOT_SHOWN":
    case "PASSKEYS_NOT_HERE":
      return { ...PASSKEY_FAILURES[code], canRetry: true };
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
