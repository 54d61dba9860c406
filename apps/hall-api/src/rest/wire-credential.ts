import type { FastifyRequest } from "fastify";
import type { RestDoor } from "../operations/operation.ts";

/**
 * The credential of a request as an Authorization header. On the routes of the public servers' wire it may come in the
 * cookie `pyhall_session` as well (contract 8b); the header wins. No browser is such a client and the Hall sets no such
 * cookie, so one that comes with an Origin is not read: a page elsewhere could have made the browser send it.
 */
export function authorizationOf(
  { headers }: Pick<FastifyRequest, "headers">,
  { wire }: Pick<RestDoor, "wire">,
): string | undefined {
  const { authorization, cookie, origin } = headers;
  if (authorization !== undefined || wire === undefined || cookie === undefined || origin !== undefined)
    return authorization;
  const token = /(?:^|; *)pyhall_session=([^;\s]+)(?:;|$)/.exec(cookie)?.[1];
  return token === undefined ? undefined : `Bearer ${token}`;
}
