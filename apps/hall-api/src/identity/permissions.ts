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
] as const satisfies readonly Permission[];

/** What a key is given where nobody says otherwise: it does not write the rules that it is held to. */
export const DEFAULT_KEY_SCOPES = KEY_SCOPES.filter(
  (scope) => scope !== "rule:draft" && scope !== "rule:publish",
);

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
  ],
  approver: [...READ, "rule:consent"],
  compliance: [...READ, "rule:consent", "certification:grant", "certification:revoke"],
  viewer: READ,
} as const satisfies Record<Role, readonly Permission[]>;
