import { z } from "zod";
import { KEY_SCOPES, type Permission } from "./permissions.ts";

type KeyScope = (typeof KEY_SCOPES)[number];

/**
 * The scopes that people think in, each for several permissions. A key keeps the permissions and not the group, so
 * that a group which grows later widens no key of today. Where a worker's address points, and who measures its code, are
 * in no group: those are given by name.
 */
export const SCOPE_GROUPS = {
  route: ["decision:make"],
  dispatch: ["dispatch:start", "dispatch:read"],
  enroll: ["worker:enroll", "worker:read"],
  attest: ["attestation:register", "attestation:read"],
  read: KEY_SCOPES.filter((scope) => scope.endsWith(":read")),
  /** What evidence is made of. */
  export: ["receipt:read", "dispatch:read"],
} as const satisfies Record<string, readonly KeyScope[]>;

type ScopeGroup = keyof typeof SCOPE_GROUPS;

/** A group or a permission, as a key is asked for. */
export const KeyScopeName = z.enum([...(Object.keys(SCOPE_GROUPS) as ScopeGroup[]), ...KEY_SCOPES]);

/** The permissions that these names stand for, each once, in the order of the table. */
export function scopesOf(names: readonly z.infer<typeof KeyScopeName>[]): KeyScope[] {
  const meant = new Set<Permission>(names.flatMap((name) => (isGroup(name) ? SCOPE_GROUPS[name] : [name])));
  return KEY_SCOPES.filter((scope) => meant.has(scope));
}

function isGroup(name: string): name is ScopeGroup {
  return Object.hasOwn(SCOPE_GROUPS, name);
}
