import { isBuiltIn, type Member, type Role } from "@guildhall/db";

/** What an operation may ask for. Append-only; the table below says who holds what. */
export const PERMISSIONS = [
  "decision:make",
  "dispatch:start",
  "dispatch:read",
  "receipt:read",
  "capability:read",
  "worker:read",
  "worker:enroll",
  "worker:set-transport",
  "worker:suspend",
  "worker:retire",
  "certification:read",
  "certification:grant",
  "certification:revoke",
  "approval:read",
  "rule:read",
  "rule:draft",
  "rule:publish",
  "rule:consent",
  "profile:read",
  "profile:define",
  "profile:set",
  "key:read",
  "key:create",
  "key:revoke",
  "session:end",
  "account:change",
  "hall:read",
  "hall:operate",
  "attestation:read",
  "attestation:register",
  "attestation:measure",
  "code-hash:read",
  "runner:register",
  "flag:clear",
  "alert:read",
  "member:read",
  "member:invite",
  "member:set-role",
  "member:remove",
  "member:end-sessions",
  "role:read",
  "role:define",
  "agreement:read",
  "agreement:draft",
  "agreement:sign",
  "agreement:end",
  "tenant:read",
  "tenant:create",
  "tenant:set-standing",
  "certification:request",
  "presence:set",
  "domain:read",
  "domain:prove",
  "sso:read",
  "sso:configure",
] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** What an API key may be given. Keys never mint keys and never act for people. */
export const KEY_SCOPES = [
  "decision:make",
  "dispatch:start",
  "dispatch:read",
  "receipt:read",
  "capability:read",
  "worker:read",
  "worker:enroll",
  "worker:set-transport",
  "certification:read",
  "approval:read",
  "rule:read",
  "rule:draft",
  "rule:publish",
  "profile:read",
  "attestation:read",
  "attestation:register",
  "attestation:measure",
  "alert:read",
  "agreement:read",
  "tenant:read",
  "presence:set",
] as const satisfies readonly Permission[];

/** Given by name only: who is held to rules does not write them, and who runs code does not vouch for it. */
const NEVER_BY_DEFAULT: ReadonlySet<Permission> = new Set<Permission>([
  "rule:draft",
  "rule:publish",
  "attestation:register",
  "attestation:measure",
]);

/** What a key is given where nobody says otherwise. */
export const DEFAULT_KEY_SCOPES = KEY_SCOPES.filter((scope) => !NEVER_BY_DEFAULT.has(scope));

const READ = [
  "dispatch:read",
  "receipt:read",
  "capability:read",
  "worker:read",
  "certification:read",
  "approval:read",
  "rule:read",
  "profile:read",
  "key:read",
  "session:end",
  "account:change",
  "attestation:read",
  "alert:read",
  "member:read",
  "role:read",
  "agreement:read",
  "tenant:read",
  "domain:read",
  "sso:read",
] as const satisfies readonly Permission[];

const OPERATOR = [
  ...READ,
  "worker:enroll",
  "worker:set-transport",
  "worker:suspend",
  "worker:retire",
  "presence:set",
  "rule:draft",
  "rule:publish",
  "rule:consent",
  "profile:define",
  "profile:set",
  "key:create",
  "key:revoke",
  "attestation:register",
  "runner:register",
  "flag:clear",
  "certification:request",
] as const satisfies readonly Permission[];

const COMPLIANCE = [
  ...READ,
  "rule:consent",
  "code-hash:read",
  "certification:grant",
  "certification:revoke",
  "agreement:draft",
] as const satisfies readonly Permission[];

const ADMIN = [
  ...READ,
  "member:invite",
  "member:set-role",
  "member:remove",
  "member:end-sessions",
  "key:create",
  "key:revoke",
  "agreement:draft",
  "agreement:end",
  "domain:prove",
] as const satisfies readonly Permission[];

/** Binds the tenant, makes new kinds of power, or says who vouches for people: nobody below an owner. */
const OWNERS_ALONE = [
  "agreement:sign",
  "role:define",
  "sso:configure",
] as const satisfies readonly Permission[];

/** What each role of a tenant may do. An owner may what anybody may; that two people are needed is asked act by act. */
export const ROLE_PERMISSIONS: Record<Role, readonly Permission[]> = {
  owner: [...new Set<Permission>([...OPERATOR, ...COMPLIANCE, ...ADMIN, ...OWNERS_ALONE])],
  admin: ADMIN,
  operator: OPERATOR,
  approver: [...READ, "rule:consent"],
  compliance: COMPLIANCE,
  auditor: READ,
};

/** What a tenant may put into a role of its own: what people may at all, but for the making of roles. */
export const GIVABLE_PERMISSIONS = ROLE_PERMISSIONS.owner.filter(
  (permission) => permission !== "role:define",
);

/** What a member may do by the role that they hold now. */
export function permissionsOf({ role, customPermissions }: Pick<Member, "role" | "customPermissions">) {
  if (customPermissions === null) return new Set<Permission>(isBuiltIn(role) ? ROLE_PERMISSIONS[role] : []);
  // Read through the table of today: what it no longer gives, no stored role gives.
  const given = GIVABLE_PERMISSIONS.filter((permission) => customPermissions.includes(permission));
  // Whoever may sign in may see that, sign out, and look after their own account.
  return new Set<Permission>([...given, "session:end", "account:change"]);
}

/** What the Hall's operator may do: the Hall's own chain and keys, and nothing of any tenant. */
export const OPERATOR_PERMISSIONS = [
  "hall:read",
  "hall:operate",
  "tenant:create",
  "tenant:set-standing",
] as const satisfies readonly Permission[];

/**
 * What people may do who are members of the Hall's own house, by their role there: operate the Hall, and look after
 * their house and themselves. Of a tenant they hold nothing.
 */
export const PLATFORM_PERMISSIONS = {
  owner: [
    ...OPERATOR_PERMISSIONS,
    "member:read",
    "member:invite",
    "member:remove",
    "member:end-sessions",
    "session:end",
    "account:change",
  ],
  auditor: ["hall:read", "member:read", "session:end", "account:change"],
} as const satisfies Partial<Record<Role, readonly Permission[]>>;

export function platformPermissionsOf({ role }: Pick<Member, "role">): ReadonlySet<Permission> {
  return new Set<Permission>(
    role === "owner" || role === "auditor" ? PLATFORM_PERMISSIONS[role] : ["session:end", "account:change"],
  );
}

/**
 * What a suspended tenant may still do: read, end, and take rights away. Decisions are among it, because the engine
 * denies them with a receipt, and so is announcing itself, which is refused with its own words.
 */
const WHILE_SUSPENDED: ReadonlySet<Permission> = new Set<Permission>([
  "decision:make",
  "dispatch:start",
  "certification:revoke",
  "key:revoke",
  "member:remove",
  "member:end-sessions",
  "agreement:end",
  "session:end",
  "account:change",
  "presence:set",
  "worker:suspend",
  "worker:retire",
]);

export function isAllowedWhileSuspended(permission: Permission): boolean {
  return permission.endsWith(":read") || WHILE_SUSPENDED.has(permission);
}
