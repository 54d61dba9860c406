import type { Role } from "@guildhall/db";

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
  "hall:read",
  "hall:operate",
  "attestation:read",
  "attestation:register",
  "attestation:measure",
  "code-hash:read",
  "runner:register",
  "flag:clear",
  "alert:read",
  "agreement:read",
  "agreement:draft",
  "agreement:sign",
  "agreement:end",
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
  "attestation:read",
  "alert:read",
  "agreement:read",
] as const;

/** What each role of a tenant may do. */
export const ROLE_PERMISSIONS = {
  operator: [
    ...READ,
    "worker:enroll",
    "worker:set-transport",
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
    "agreement:draft",
    "agreement:sign",
    "agreement:end",
  ],
  approver: [...READ, "rule:consent"],
  compliance: [
    ...READ,
    "rule:consent",
    "code-hash:read",
    "certification:grant",
    "certification:revoke",
    "agreement:draft",
  ],
  viewer: READ,
} as const satisfies Record<Role, readonly Permission[]>;

/** What the Hall's operator may do: the Hall's own chain and keys, and nothing of any tenant. */
export const OPERATOR_PERMISSIONS = ["hall:read", "hall:operate"] as const satisfies readonly Permission[];
