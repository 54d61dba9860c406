import type { Me } from "./hall-types.ts";

/**
 * Which roles hold what the console has a button for. The Hall alone decides; this says beforehand why it would
 * refuse, and a test holds it against the Hall's own table.
 */
export const HOLDERS = {
  "rule:draft": ["operator"],
  "rule:publish": ["operator"],
  "rule:consent": ["operator", "approver", "compliance"],
  "profile:define": ["operator"],
  "profile:set": ["operator"],
  "flag:clear": ["operator"],
  "runner:register": ["operator"],
  "certification:grant": ["compliance"],
  "certification:revoke": ["compliance"],
} as const satisfies Record<string, readonly Role[]>;

export type Role = Me["member"]["role"];
export type Act = keyof typeof HOLDERS;

const WORDS: Record<Act, string> = {
  "rule:draft": "write drafts",
  "rule:publish": "publish rules",
  "rule:consent": "consent to a draft",
  "profile:define": "define profiles",
  "profile:set": "set the profile of an environment",
  "flag:clear": "clear a flag",
  "runner:register": "register or retire a runner",
  "certification:grant": "certify a worker",
  "certification:revoke": "revoke a certificate",
};

/** Why somebody of this role may not, or undefined where they may. @param role null while nobody has said who asks */
export function whyNot(role: Role | null, act: Act): string | undefined {
  if (role === null) return "The Hall has not said yet who is signed in";
  const holders: readonly string[] = HOLDERS[act];
  if (holders.includes(role)) return undefined;
  const list = holders.length === 1 ? holders[0] : `${holders.slice(0, -1).join(", ")} and ${holders.at(-1)}`;
  return `As ${role} you may not ${WORDS[act]}: ${list} may`;
}
