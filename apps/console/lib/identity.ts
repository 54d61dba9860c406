import type { NextAuthOptions } from "next-auth";
import { encode, type JWT } from "next-auth/jwt";
import Credentials from "next-auth/providers/credentials";
import { readSettings } from "../env.ts";
import { hallAs } from "./hall-server.ts";
import type { NewSession } from "./hall-types.ts";
import { readRefusal } from "./refusal.ts";

/**
 * Who is signed in. hall-api is the authority; next-auth only keeps what it answered in a cookie that no
 * script can read and no one can open without the console's secret.
 */

/** What the cookie holds, encrypted. */
export type SessionClaims = Pick<NewSession, "session_token" | "expires_at" | "member" | "tenant">;

/**
 * `__Host-`: sent to this host only, never over a plain network. Browsers treat http://localhost as
 * trustworthy and keep such a cookie there; Safari does not, and the sign-in page says so.
 */
export const SESSION_COOKIE = "__Host-guildhall.session";

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
        authorize: async (credentials) => {
          try {
            const begun = await hallAs(null).session.begin.mutate({ token: credentials?.token ?? "" });
            return { id: begun.member.id, begun };
          } catch (error) {
            // next-auth shows the message as it is: a code, for which the page has words.
            throw new Error(readRefusal(error).code);
          }
        },
      }),
    ],
    callbacks: {
      jwt: ({ token, user }) => (user ? claimsOf((user as unknown as { begun: NewSession }).begun) : token),
      // Whatever is returned here is readable by the page's scripts: only that somebody is signed in.
      session: ({ session }) => ({ expires: session.expires }),
    },
    events: {
      signOut: async ({ token }) => {
        // Its failure must not keep the cookie: a Hall that is away cannot be told, and the session expires.
        await hallAs((token as unknown as SessionClaims).session_token)
          .session.end.mutate({})
          .catch(() => {});
      },
    },
  };
}

function claimsOf({ session_token, expires_at, member, tenant }: NewSession): JWT {
  return { sub: member.id, session_token, expires_at, member, tenant };
}

/** The cookie's content ends when the Hall's session does. */
function secondsLeft(token: JWT | undefined): number {
  const expiresAt = Date.parse((token as unknown as SessionClaims | undefined)?.expires_at ?? "");
  return Number.isNaN(expiresAt) ? 0 : Math.max(0, Math.floor((expiresAt - Date.now()) / 1000));
}
