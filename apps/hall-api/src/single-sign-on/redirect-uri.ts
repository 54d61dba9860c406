import type { Hall } from "../hall.ts";

/** One for each tenant: an answer that comes to another's is not taken, whichever provider sends it (RFC 9700 4.4). */
export function redirectUri({ settings }: Pick<Hall, "settings">, slug: string): string {
  return `${settings.consoleUrl}/sign-in/sso/${encodeURIComponent(slug)}`;
}
