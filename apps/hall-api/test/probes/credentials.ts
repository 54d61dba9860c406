import { ROLES } from "@guildhall/db";
import type { TenantId } from "@guildhall/protocol";
import { newSecret } from "../../src/identity/api-key.ts";
import {
  isAllowedWhileSuspended,
  KEY_SCOPES,
  OPERATOR_PERMISSIONS,
  type Permission,
  permissionsOf,
  ROLE_PERMISSIONS,
} from "../../src/identity/permissions.ts";
import type { Operation } from "../../src/operations/operation.ts";
import type { OpenHall, TestHouse } from "../testing/running-hall.ts";
import { addKey, addMember, addTenant, revokeKey } from "../testing/tenant.ts";
import type { Lived } from "./lived.ts";

/** Something that is shown to a door, and what must come of it. */
export interface Credential {
  name: string;
  headers: Record<string, string>;
  /** Whose rows it may see: a tenant's, the Hall's own with every tenant's name, or nobody's. */
  sees: TenantId | "hall" | null;
  is: "key" | "person" | "operator" | "nobody";
  permissions: ReadonlySet<string>;
  /** The code that it is refused with everywhere; the tenant's, where that is suspended. */
  dead?: string;
  isSuspended?: true;
}

/** How a door must refuse; null where it need not. */
export interface Refused {
  status: number;
  code: string;
}

export function refusalDue({ permission, decides }: Operation, by: Credential): Refused | null {
  if (permission === "grant") return null;
  if (by.dead && !(permission === "public" && by.name === "none")) return { status: 401, code: by.dead };
  if (permission === "public") return null;
  // What a key may not ask for is denied by a decision, which its log has.
  if (!by.permissions.has(permission))
    return decides && by.is === "key" ? null : { status: 403, code: "FORBIDDEN" };
  if (by.isSuspended && !isAllowedWhileSuspended(permission))
    return { status: 403, code: "TENANT_SUSPENDED" };
  return null;
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` });
const NOBODYS = { sees: null, is: "nobody", permissions: new Set<string>() } as const;

/** Everything that opens something: every role of the matrix, keys, one role and one key with next to nothing, the operator. */
export async function livingOf(hall: OpenHall, tenant: Lived): Promise<Credential[]> {
  const people: Credential[] = [];
  for (const role of [...ROLES, tenant.ids.role[0]!]) {
    const isBuiltIn = (ROLES as readonly string[]).includes(role);
    const may = isBuiltIn
      ? ROLE_PERMISSIONS[role as (typeof ROLES)[number]]
      : permissionsOf({ role, customPermissions: ["rule:read"] });
    people.push({
      name: isBuiltIn ? role : "own role",
      headers: bearer(await sessionOf(hall, tenant, role)),
      sees: tenant.id,
      is: "person",
      permissions: new Set(may),
    });
  }
  const weak = await addKey(hall.hall, tenant, { scopes: ["capability:read"] });
  const keys: [string, string, readonly Permission[]][] = [
    ["key", tenant.key, KEY_SCOPES],
    ["key of one scope", weak.secret, ["capability:read"]],
  ];
  return [
    ...people,
    ...keys.map(
      ([name, secret, may]): Credential => ({
        ...{ name, headers: bearer(secret), sees: tenant.id, is: "key", permissions: new Set(may) },
      }),
    ),
    {
      name: "operator of the Hall",
      headers: bearer(hall.operatorToken),
      sees: "hall",
      is: "operator",
      permissions: new Set(OPERATOR_PERMISSIONS),
    },
  ];
}

/** The session of a member whose role is what they came with, or was given them before they signed in. */
async function sessionOf(hall: OpenHall, tenant: Lived, role: string): Promise<string> {
  return (await addMember(hall.hall, tenant.id, role)).session;
}

/** Everything that opens nothing, or nothing any more. */
export async function deadOf(house: TestHouse, hall: OpenHall, tenant: Lived): Promise<Credential[]> {
  const revoked = await addKey(hall.hall, tenant);
  await revokeKey(hall.hall, tenant.id, revoked.id);
  const expired = await addKey(hall.hall, tenant, { expiresAt: new Date(hall.hall.clock.now() + 1) });
  const member = () => addMember(hall.hall, tenant.id, "owner");
  const [out, over, ended, revokedSession, waiting, removed, moved] = [
    ...[await member(), await member(), await member(), await member(), await member(), await member()],
    await member(),
  ];
  const owner = { key: tenant.sessions.owner };
  const acts: [string, string, { key: string; body: object }][] = [
    ["POST", "/wcp/session/end", { key: out!.session, body: {} }],
    ["POST", `/wcp/members/${ended!.id}/end-sessions`, { ...owner, body: {} }],
    ["POST", `/wcp/members/${removed!.id}/remove`, { ...owner, body: { reason: "gone" } }],
    ["PUT", `/wcp/members/${moved!.id}/role`, { ...owner, body: { role: "auditor" } }],
  ];
  for (const [method, path, question] of acts) {
    const answer = await hall.ask(method, path, question);
    if (answer.status !== 200) throw new Error(`${path}: ${answer.text}`);
  }
  const change = (what: string, { sessionId }: { sessionId: string }) =>
    house.admin.query(`UPDATE hall.session SET ${what} WHERE id = $1`, [sessionId]);
  await change("expires_at = now() - interval '1 s'", over!);
  await change("ended_at = now()", revokedSession!);
  await change("awaits_factor = true", waiting!);
  const dead = (name: string, code: string, headers: Record<string, string>): Credential => ({
    ...{ ...NOBODYS, name, dead: code, headers },
  });
  const unknown = "UNAUTHENTICATED";
  return [
    dead("none", unknown, {}),
    dead("another scheme", unknown, { authorization: `Basic ${tenant.key}` }),
    dead("no secret of ours", unknown, bearer("secret")),
    dead("a key mistyped", "KEY_MALFORMED", bearer(`${tenant.key.slice(0, -1)}-`)),
    dead("a key nobody has", unknown, bearer(newSecret("key"))),
    dead("a key as a session", unknown, bearer(tenant.key.replace("hall_key", "hall_session"))),
    dead("a key as the operator's token", unknown, bearer(tenant.key.replace("hall_key", "hall_op"))),
    dead("a session as a key", unknown, bearer(tenant.sessions.owner.replace("hall_session", "hall_key"))),
    dead("a sign-in link", unknown, bearer(tenant.link)),
    dead("a revoked key", "KEY_REVOKED", bearer(revoked.secret)),
    dead("an expired key", "KEY_EXPIRED", bearer(expired.secret)),
    dead("an expired session", "SESSION_ENDED", bearer(over!.session)),
    dead("a session signed out", "SESSION_ENDED", bearer(out!.session)),
    dead("a revoked session", "SESSION_ENDED", bearer(revokedSession!.session)),
    dead("a session ended by another", "SESSION_ENDED", bearer(ended!.session)),
    dead("a removed member's session", "SESSION_ENDED", bearer(removed!.session)),
    dead("a session of another role", "SESSION_ENDED", bearer(moved!.session)),
    dead("a session without its factor", unknown, bearer(waiting!.session)),
  ];
}

/** The owner and a key of a tenant that is suspended. */
export async function suspendedOf(hall: OpenHall): Promise<Credential[]> {
  const tenant = await addTenant(hall.hall);
  const { session } = await addMember(hall.hall, tenant.id, "owner");
  const slug = tenant.identity.replace(/\.test$/, "");
  const answer = await hall.ask("PUT", `/hall/tenants/${slug}/standing`, {
    key: hall.operatorToken,
    body: { standing: "suspended", reason: "unpaid" },
  });
  if (answer.status !== 200) throw new Error(answer.text);
  const both = { sees: tenant.id, isSuspended: true } as const;
  return [
    {
      name: "owner, suspended",
      headers: bearer(session),
      is: "person",
      ...both,
      permissions: new Set(ROLE_PERMISSIONS.owner),
    },
    {
      name: "key, suspended",
      headers: bearer(tenant.key),
      is: "key",
      ...both,
      permissions: new Set(KEY_SCOPES),
    },
  ];
}
