import type { NextAuthOptions } from "next-auth";
import { encode, type JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { readSettings } from "../env.ts";
import { SESSION_COOKIE } from "./cookie.ts";
import { hallAs } from "./hall-server.ts";
import type { NewSession, SignInStep } from "./hall-types.ts";
import { insideConsole } from "./inside-console.ts";
import type { SecondFactor, ShownPasskey } from "./people-types.ts";
import { readRefusal } from "./refusal.ts";
import { refusalDetail } from "./refusal-detail.ts";
import { readPending } from "./session.ts";
import { readFlow } from "./sso-flow.ts";

/**
 * Who is signed in. hall-api is the authority; next-auth only keeps what it answered in a cookie that no
 * script can read and no one can open without the console's secret.
 */

/** What the cookie holds, encrypted. */
export type SessionClaims = Pick<NewSession, "session_token" | "expires_at" | "member" | "tenant">;

/** What it holds until the second factor was shown: it opens nothing. */
export interface PendingClaims {
  pending_token: string;
  expires_at: string;
  /** What may be shown, beside a recovery code. */
  factors: SecondFactor[];
}

const COOKIE = { httpOnly: true, sameSite: "lax", path: "/", secure: true } as const;

export function authOptions(): NextAuthOptions {
  return {
    secret: readSettings().consoleSecret,
    session: { strategy: "jwt" },
    pages: { signIn: "/sign-in", signOut: "/sign-in", error: "/sign-in" },
    cookies: {
      sessionToken: { name: SESSION_COOKIE, options: COOKIE },
      csrfToken: { name: "__Host-guildhall.csrf", options: COOKIE },
      callbackUrl: { name: "__Host-guildhall.callback", options: COOKIE },
    },
    jwt: { encode: (params) => encode({ ...params, maxAge: secondsLeft(params.token) }) },
    providers: [
      Credentials({
        id: "link",
        name: "One-time link",
        credentials: { token: { type: "text" } },
        authorize: (credentials) =>
          begun(() => hallAs(null).session.begin.mutate({ token: credentials?.token ?? "" })),
      }),
      Credentials({
        id: "password",
        name: "E-mail and password",
        credentials: { email: { type: "text" }, password: { type: "password" }, tenant: { type: "text" } },
        authorize: (credentials) => {
          const { email = "", password = "", tenant = "" } = credentials ?? {};
          const input = { email, password, ...(tenant !== "" && { tenant }) };
          return begun(() => hallAs(null).session.begin.mutate(input));
        },
      }),
      Credentials({
        id: "sso",
        name: "Single sign-on",
        credentials: { tenant: { type: "text" }, answer: { type: "text" } },
        authorize: async (credentials) => {
          const { tenant = "", answer = "" } = credentials ?? {};
          const flow_token = (await readFlow())?.token ?? "";
          return begun(async () => {
            const completed = await hallAs(null).sso.complete.mutate({ flow_token, tenant, answer });
            if (completed.state === "linked") throw new Error("a sign-in was answered with a link");
            return completed;
          });
        },
      }),
      Credentials({
        id: "factor",
        name: "Second factor",
        credentials: { code: { type: "text" }, passkey: { type: "text" } },
        authorize: async (credentials) => {
          // Out of the cookie: what waits never was in the page.
          const token = (await readPending())?.pending_token ?? "";
          return begun(async () => {
            const { code = "", passkey = "" } = credentials ?? {};
            // What is no passkey the Hall refuses.
            const shown = passkey === "" ? { code } : { passkey: JSON.parse(passkey) as ShownPasskey };
            return hallAs(null).session["verify-factor"].mutate({ token, ...shown });
          });
        },
      }),
    ],
    callbacks: {
      redirect: ({ url, baseUrl }) => insideConsole(url, baseUrl),
      jwt: ({ token, user }) => (user ? claimsOf((user as unknown as { step: KeptStep }).step) : token),
      // Whatever is returned here is readable by the page's scripts: only how far somebody has come.
      session: ({ session, token }) => ({
        expires: session.expires,
        step: "pending_token" in token ? "factor" : "in",
        ...("factors" in token && { factors: token.factors }),
      }),
    },
    events: {
      signOut: async ({ token }) => {
        // Its failure must not keep the cookie: a Hall that is away cannot be told, and the session expires.
        const { session_token } = token as unknown as Partial<SessionClaims>;
        if (session_token !== undefined)
          await hallAs(session_token)
            .session.end.mutate({})
            .catch(() => {});
      },
    },
  };
}

type KeptStep = Exclude<SignInStep, { state: "choose_tenant" }>;

/** Asks the Hall, and hands on what the cookie is to keep. next-auth shows what is thrown: a code, for which the page has words. */
async function begun(ask: () => Promise<SignInStep>): Promise<{ id: string; step: KeptStep }> {
  const step = await ask().catch((error: unknown) => {
    const { why } = refusalDetail(error);
    throw new Error(`${readRefusal(error).code}${typeof why === "string" ? `:${why}` : ""}`);
  });
  if (step.state === "choose_tenant")
    throw new Error(`CHOOSE_TENANT:${step.tenants.map(({ slug }) => slug).join(",")}`);
  return { id: step.state === "begun" ? step.member.id : "pending", step };
}

function claimsOf(step: KeptStep): JWT {
  if (step.state === "factor_needed")
    return {
      ...{ sub: "pending", pending_token: step.pending_token, factors: step.factors },
      expires_at: step.expires_at,
    };
  const { session_token, expires_at, member, tenant } = step;
  return { sub: member.id, session_token, expires_at, member, tenant };
}

/** The cookie's content ends when the Hall's session does. */
function secondsLeft(token: JWT | undefined): number {
  const expiresAt = Date.parse((token as unknown as SessionClaims | undefined)?.expires_at ?? "");
  return Number.isNaN(expiresAt) ? 0 : Math.max(0, Math.floor((expiresAt - Date.now()) / 1000));
}
