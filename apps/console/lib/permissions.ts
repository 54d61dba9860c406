import type { Me } from "./hall-types.ts";

/**
 * Which roles of every tenant hold what the console has a button for. The Hall alone decides, and tells each session
 * what it may; this names who else could, and a test holds it against the Hall's own table.
 */
export const HOLDERS = {
  "rule:draft": ["owner", "operator"],
  "rule:publish": ["owner", "operator"],
  "rule:consent": ["owner", "operator", "approver", "compliance"],
  "profile:define": ["owner", "operator"],
  "profile:set": ["owner", "operator"],
  "worker:enroll": ["owner", "operator"],
  "worker:set-transport": ["owner", "operator"],
  "worker:suspend": ["owner", "operator"],
  "worker:retire": ["owner", "operator"],
  "flag:clear": ["owner", "operator"],
  "runner:register": ["owner", "operator"],
  "key:create": ["owner", "admin", "operator"],
  "key:revoke": ["owner", "admin", "operator"],
  "certification:grant": ["owner", "compliance"],
  "certification:revoke": ["owner", "compliance"],
  "member:invite": ["owner", "admin"],
  "member:set-role": ["owner", "admin"],
  "member:remove": ["owner", "admin"],
  "member:end-sessions": ["owner", "admin"],
  "role:define": ["owner"],
  "agreement:draft": ["owner", "admin", "compliance"],
  "agreement:sign": ["owner"],
  "agreement:end": ["owner", "admin"],
  "certification:request": ["owner", "operator"],
  "domain:prove": ["owner", "admin"],
  "sso:configure": ["owner"],
} as const satisfies Record<string, readonly Role[]>;

export type Role = Me["member"]["role"];
export type Act = keyof typeof HOLDERS;

const WORDS: Record<Act, string> = {
  "rule:draft": "write drafts",
  "rule:publish": "publish rules",
  "rule:consent": "consent to a draft",
  "profile:define": "define profiles",
  "profile:set": "set the profile of an environment",
  "worker:enroll": "enroll a worker",
  "worker:set-transport": "say where a worker is reached",
  "worker:suspend": "suspend or resume a worker",
  "worker:retire": "retire a worker",
  "flag:clear": "clear a flag",
  "runner:register": "register or retire a runner",
  "key:create": "make or rotate API keys",
  "key:revoke": "revoke API keys",
  "certification:grant": "certify a worker",
  "certification:revoke": "revoke a certificate",
  "member:invite": "invite a member",
  "member:set-role": "give a role",
  "member:remove": "remove a member",
  "member:end-sessions": "end the sessions of others",
  "role:define": "make or change roles",
  "agreement:draft": "draft agreements",
  "agreement:sign": "sign for the tenant",
  "agreement:end": "suspend or terminate an agreement",
  "certification:request": "ask for a certification",
  "domain:prove": "prove or release a name",
  "sso:configure": "set up or remove single sign-on",
};

/** Why whoever is signed in may not, or undefined where they may. @param me null while nobody has said who asks */
export function whyNot(me: Asking | null, act: Act): string | undefined {
  if (me === null) return "The Hall has not said yet who is signed in";
  if (me.permissions.includes(act)) return undefined;
  const holders: readonly string[] = HOLDERS[act];
  const list = holders.length === 1 ? holders[0] : `${holders.slice(0, -1).join(", ")} and ${holders.at(-1)}`;
  return `As ${me.member.role} you may not ${WORDS[act]}: ${list} may`;
}

export interface Asking {
  member: { role: Role };
  permissions: readonly string[];
}

/** What of these changes something, leaving out what everybody may who is signed in. */
export function actsOf(permissions: readonly string[]): string[] {
  return permissions.filter(
    (permission) => !/:read$/.test(permission) && !/^(?:session:end|account:change)$/.test(permission),
  );
}
