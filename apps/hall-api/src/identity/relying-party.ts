import type { Settings } from "../env.ts";

/**
 * For whom a passkey is made and by whose pages it may be used: the console's origin, and the host of it or a domain above.
 * The settings alone say so; nothing that a request brings does.
 */
export interface RelyingParty {
  domain: string;
  origin: string;
}

export function relyingParty({
  consoleUrl,
  passkeyDomain,
}: Pick<Settings, "consoleUrl" | "passkeyDomain">): RelyingParty {
  const { hostname, origin } = new URL(consoleUrl);
  return { domain: passkeyDomain ?? hostname, origin };
}
