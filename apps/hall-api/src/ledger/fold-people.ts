import { FOUNDING_LINK_MS } from "../tenants/founding-link-ms.ts";
import { type Act, type Folds, type Rows, texts } from "./fold-rows.ts";

/**
 * Members, the roles of a tenant's own, and what opens a door for a person: sessions and one-time links. Of a session and
 * a link the receipt names by a hash whose secret it is, as it does of an API key: a row with another secret in it would
 * be somebody else's way in. What has expired opens nothing and is not looked at any more.
 */
export const PEOPLE_FOLDS: Folds = {
  "access invited"(rows, act) {
    putMember(rows, act);
    putLink(rows, act);
  },
  "access joined": join,
  "access removed"(rows, { subject, decided_at }) {
    rows.amend(`member ${subject}`, { removed_at: decided_at });
    endSessions(rows, subject, decided_at);
  },
  // The Hall's own first member comes with their first link.
  "access link_issued"(rows, act) {
    const { joined } = act.details;
    if (typeof joined === "object" && joined !== null)
      join(rows, { ...act, details: joined as Act["details"] });
    putLink(rows, act);
  },
  "access recovery_asked": putLink,
  "access recovered": (rows, { subject, decided_at }) => endSessions(rows, subject, decided_at),
  "access password_set"(rows, { subject, decided_at, details: { spared_session } }) {
    endSessions(rows, subject, decided_at, { spared: spared_session });
  },

  "access first_run_offered": (rows, act) => putFoundingLink(rows, act, "first_run"),
  "access sign_up_asked": (rows, act) => putFoundingLink(rows, act, "sign_up"),

  "role given"(rows, { subject, decided_at, details: { role } }) {
    rows.amend(`member ${subject}`, { role });
    endSessions(rows, subject, decided_at);
  },
  "role defined"(rows, { subject, decided_at, details: { permissions } }) {
    rows.put(`custom_role ${subject}`, { permissions, retired_at: null });
    for (const place of groupOf(rows, "members"))
      if (rows.facts(place)?.role === subject) endSessions(rows, place.slice("member ".length), decided_at);
  },
  "role retired"(rows, { subject, decided_at }) {
    rows.amend(`custom_role ${subject}`, { retired_at: decided_at });
  },

  "session begun"(rows, { subject, decided_at, actor, details }) {
    const { member_id = actor.id, factors, token_digest, expires_at } = details;
    const { sso_connection = null, step_up_at = decided_at } = details;
    const place = `session ${subject}`;
    const facts = {
      ...{ member_id, factors, token_digest, expires_at, sso_connection, step_up_at, ended_at: null },
    };
    rows.put(place, facts, typeof expires_at === "string" ? { until: expires_at } : {});
    const going = groupOf(rows, `sessions of ${member_id}`);
    for (const earlier of going) if (rows.facts(earlier) === undefined) going.delete(earlier);
    going.add(place);
  },
  "session stepped_up"(rows, { subject, decided_at }) {
    rows.amend(`session ${subject}`, { step_up_at: decided_at });
  },
  // What ends with a provider, or with another way in that it closed, is named session by session.
  "config sso_configured"(rows, act) {
    const { provider_digest, join_role, is_required, replaced } = act.details;
    if (replaced !== null) rows.amend(`sso_connection ${replaced}`, { removed_at: act.decided_at });
    rows.put(`sso_connection ${act.subject}`, { provider_digest, join_role, is_required, removed_at: null });
    endNamed(rows, act);
  },
  "config sso_removed"(rows, act) {
    rows.amend(`sso_connection ${act.subject}`, { removed_at: act.decided_at });
    endNamed(rows, act);
  },
  "session ended": endSession,
  "session revoked": endSession,
  "session all_ended": (rows, { subject, decided_at }) => endSessions(rows, subject, decided_at),
};

/** Inviting again changes nothing of whom it is. */
function putMember(rows: Rows, { subject, details: { role } }: Act): void {
  const place = `member ${subject}`;
  const members = groupOf(rows, "members");
  if (members.has(place)) return;
  members.add(place);
  rows.put(place, { role, joined_at: null, account_digest: null, removed_at: null });
}

function join(rows: Rows, act: Act): void {
  putMember(rows, act);
  const { subject, decided_at: joined_at, details } = act;
  rows.amend(`member ${subject}`, { joined_at, account_digest: details.account_digest });
}

function putLink(rows: Rows, { subject: member_id, details: { link } }: Act): void {
  if (typeof link !== "object" || link === null) return;
  const { id, ...facts } = link as Record<string, unknown>;
  const until = `${facts.expires_at}`;
  rows.put(`sign_in_link ${id}`, { member_id, ...facts }, { until });
}

function putFoundingLink(
  rows: Rows,
  { subject, decided_at, details: { token_digest } }: Act,
  kind: "first_run" | "sign_up",
): void {
  const until = new Date(Date.parse(decided_at) + FOUNDING_LINK_MS).toISOString();
  rows.put(`founding_link ${subject}`, { kind, token_digest, founded: null }, { until });
}

function endSession(rows: Rows, { subject, decided_at }: Act): void {
  const place = `session ${subject}`;
  groupOf(rows, `sessions of ${rows.facts(place)?.member_id}`).delete(place);
  rows.amend(place, { ended_at: decided_at });
}

function endNamed(rows: Rows, act: Act): void {
  for (const id of texts(act.details.sessions)) endSession(rows, { ...act, subject: id });
}

function endSessions(rows: Rows, memberId: string, at: string, { spared }: { spared?: unknown } = {}): void {
  const going = groupOf(rows, `sessions of ${memberId}`);
  for (const place of going) {
    if (place === `session ${spared}`) continue;
    rows.amend(place, { ended_at: at });
    going.delete(place);
  }
}

function groupOf({ groups }: Rows, name: string): Set<string> {
  const group = groups.get(name) ?? new Set();
  groups.set(name, group);
  return group;
}
