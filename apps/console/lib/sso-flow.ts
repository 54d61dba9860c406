import { cookies } from "next/headers";
import { SSO_COOKIE } from "./cookie.ts";

/** What this browser went to a provider for. */
export type FlowKind = "in" | "link";

const FLOW_SECONDS = 600;

/** Keeps the Hall's token of a sign-in where no script reads it; lax, because the provider sends the browser back. */
export async function keepFlow(kind: FlowKind, token: string): Promise<void> {
  const lasts = { httpOnly: true, sameSite: "lax", path: "/", secure: true, maxAge: FLOW_SECONDS } as const;
  (await cookies()).set(SSO_COOKIE, `${kind}.${token}`, lasts);
}

export async function readFlow(): Promise<{ kind: FlowKind; token: string } | null> {
  const [, kind, token] = /^(in|link)\.([\w-]+)$/.exec((await cookies()).get(SSO_COOKIE)?.value ?? "") ?? [];
  return token === undefined ? null : { kind: kind as FlowKind, token };
}
