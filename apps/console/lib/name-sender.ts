import type { IncomingMessage } from "node:http";

/** The header by which proxies tell each other whom they pass on: each adds the address of its own peer at the end. */
export const FORWARDED_FOR = "x-forwarded-for";

/**
 * Adds the peer of the socket to what the request says of its way. What stands before it anybody may have written; the
 * Hall reads from the end, and only as far as it trusts (HALL_TRUSTED_PROXIES).
 */
export function nameSender({ headers, socket }: Pick<IncomingMessage, "headers" | "socket">): void {
  const said = headers[FORWARDED_FOR];
  const peer = socket.remoteAddress ?? "unknown";
  headers[FORWARDED_FOR] = said === undefined ? peer : `${said}, ${peer}`;
}
