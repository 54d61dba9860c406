import { createTRPCClient, httpLink, type TRPCClient } from "@trpc/client";
import { headers } from "next/headers";
import { readSettings } from "../env.ts";
import type { AppRouter } from "./hall-types.ts";
import { FORWARDED_FOR } from "./name-sender.ts";

/** Longer than the Hall takes to seal, shorter than a person waits. */
const TIMEOUT_MS = 8_000;

/** The Hall, asked by the console's server for whoever holds this session token (null: a stranger). */
export function hallAs(sessionToken: string | null): TRPCClient<AppRouter> {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: `${readSettings().hallUrl}/trpc`,
        headers: async () => ({
          ...(await sender()),
          ...(sessionToken !== null && { authorization: `Bearer ${sessionToken}` }),
        }),
        fetch: (url, init) =>
          fetch(url, { ...(init as RequestInit), cache: "no-store", signal: limit(init?.signal) }),
      }),
    ],
  });
}

function limit(signal: AbortSignal | null | undefined): AbortSignal {
  const timeout = AbortSignal.timeout(TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

/** Where the request that is being answered came from, as the Hall is told. */
async function sender(): Promise<Record<string, string>> {
  const way = (await headers()).get(FORWARDED_FOR);
  return way === null ? {} : { [FORWARDED_FOR]: way };
}
