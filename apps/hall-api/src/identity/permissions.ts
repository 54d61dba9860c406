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
] as const satisfies readonly Permission[];

const READ = [
  "dispatch:read",
  "receipt:read",
  "capability:read",
  "worker:read",
  "key:read",
  "session:end",
] as const;

/** What each role of a tenant may do. */
export const ROLE_PERMISSIONS = {
  operator: [...READ, "worker:enroll", "worker:set-transport", "key:create", "key:revoke"],
  approver: READ,
  compliance: READ,
  viewer: READ,
} as const satisfies Record<Role, readonly Permission[]>;
