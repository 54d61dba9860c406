import { lookupSoleTenant } from "@guildhall/db";
import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";
import type { Hall } from "../hall.ts";
import type { Caller } from "./caller.ts";
import type { Permission } from "./permissions.ts";

/**
 * Whoever asks from this machine without a credential, where the setting HALL_OPEN_LOOPBACK lets such callers in and the
 * Hall has a single tenant, whose they are then. A browser on this machine speaks for pages from anywhere, so nothing that
 * a page of another site or a name of another machine could have sent counts as local.
 */
export async function localCaller(hall: Hall, request: FastifyRequest): Promise<Caller | null> {
  if (!hall.settings.openLoopback || !isLocal(request)) return null;
  const tenantId = await lookupSoleTenant(hall.db);
  return (
    tenantId && {
      kind: "tenant",
      tenantId,
      actor: { kind: "hall", id: "loopback" },
      secretHash: Buffer.alloc(0),
      credential: { kind: "loopback" },
      permissions: LOCAL_PERMISSIONS,
      identities: new Set(),
    }
  );
}

/** What the routes of contract 8a ask for, and nothing else. */
const LOCAL_PERMISSIONS: ReadonlySet<Permission> = new Set<Permission>([
  "worker:enroll",
  "worker:read",
  "receipt:read",
  "alert:read",
  "tenant:read",
  "presence:set",
]);

const FORWARDED = ["forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via"];

export function isLocal({ headers, socket }: Pick<FastifyRequest, "headers" | "socket">): boolean {
  if (!isLoopback(socket.remoteAddress ?? "")) return false;
  // A proxy on this machine passes strangers on.
  if (FORWARDED.some((name) => headers[name] !== undefined)) return false;
  if (!isLocalName(headers.host ?? "")) return false;
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return false;
  const { origin } = headers;
  return origin === undefined || (URL.canParse(origin) && isLocalName(new URL(origin).host));
}

function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}

/** Also with a port. Another name that leads here belongs to whoever gave it. */
function isLocalName(host: string): boolean {
  return /^(?:localhost|127\.0\.0\.1|\[::1\])(?::[0-9]{1,5})?$/i.test(host);
}
