import type { AttestationMethod, Env, Profile } from "@guildhall/protocol";
import { count } from "../ui/count.ts";
import { LABELS, labels, vouchedFor } from "./profile-words.ts";

/** One thing that becomes different where one set of floors takes the place of another. */
export interface FloorChange {
  direction: "stricter" | "looser";
  sentence: string;
}

/**
 * What becomes stricter and what becomes looser where `after` takes the place of `before`; null is no profile.
 * With an environment the platform's own floors are counted in, because no profile loosens those: what they
 * already demand is no change. Without one the two are held against each other as they are written.
 */
export function compareProfiles(
  before: Profile | null,
  after: Profile | null,
  env: Env | null,
): FloorChange[] {
  const [a, b] = [floorsOf(before, env), floorsOf(after, env)];
  return [
    ...flag(a.agreement, b.agreement, "a signatory agreement in force"),
    ...labelsDemanded(a.certification, b.certification, "A live certification is", "needed for"),
    ...ordered(a.attestation, b.attestation, METHODS, {
      stricter: (now) => `A worker's code has to be ${vouchedFor(now as AttestationMethod)}`,
      looser: (now) =>
        now === "" ? "Nothing need vouch for a worker's code" : `Code that is ${now} is enough`,
    }),
    ...labelsDemanded(a.envelope, b.envelope, "A privilege envelope is", "needed for"),
    ...ordered(a.egress, b.egress, EGRESS, {
      stricter: (now) => EGRESS_WORDS[now] as string,
      looser: (now) => EGRESS_WORDS[now] as string,
    }),
    ...labelsAllowed(a.secrets, b.secrets),
    ...allowList(a.writes, b.writes, "write files", "under", isUnder),
    ...allowList(a.tools, b.tools, "name tools", "only", (one, other) => one === other),
    ...limit(a.holdAt, b.holdAt, "a blast score", "a human decides"),
    ...limit(a.denyAt, b.denyAt, "a blast score", "the request is denied"),
    ...limit(a.dimensionsHoldAt, b.dimensionsHoldAt, "a dimension sum", "a human decides"),
    ...limit(a.dimensionsDenyAt, b.dimensionsDenyAt, "a dimension sum", "the request is denied"),
    ...budget(a.budget, b.budget),
    ...demanded(a.controls, b.controls, "A worker has to implement", "A worker need not implement"),
    ...demanded(a.policies, b.policies, "The rules have to hold", "The rules need not hold"),
  ];
}

const METHODS = ["", "self-reported", "runner-measured", "oci-digest", "tee"];
const EGRESS = ["unrestricted", "allowlisted", "none"];
const EGRESS_WORDS: { [egress: string]: string } = {
  unrestricted: "A privilege envelope may reach any address",
  allowlisted: "A privilege envelope may reach listed addresses only",
  none: "A privilege envelope may reach no network",
};

/** The platform's own gate, in prod and edge: the protocol's figure, which would bring its schemas into the page. */
export const BLAST_GATE = 85;

/** What holds under a profile, with the platform's own floors (contract 2.5 and 4.1) where an environment is named. */
function floorsOf(profile: Profile | null, env: Env | null) {
  const isGuarded = env === "prod" || env === "edge";
  const envelope = profile?.privilege_envelope;
  const blast = profile?.blast;
  const egress = envelope?.network_egress ?? "unrestricted";
  return {
    agreement: profile?.agreement_required ?? false,
    certification: profile?.certification_for ?? [],
    attestation: profile?.attestation_minimum ?? "",
    envelope: LABELS.filter(
      (label) => envelope?.required_for.includes(label) || (isGuarded && label === "RESTRICTED"),
    ),
    egress: isGuarded && egress === "unrestricted" ? "allowlisted" : egress,
    secrets: LABELS.filter(
      (label) => (envelope?.secrets_for.includes(label) ?? true) && !(isGuarded && label === "RESTRICTED"),
    ),
    writes: envelope?.filesystem_writes ?? null,
    tools: envelope?.tools ?? null,
    holdAt: isGuarded ? Math.min(BLAST_GATE, blast?.hold_at ?? BLAST_GATE) : (blast?.hold_at ?? null),
    denyAt: blast?.deny_at ?? null,
    dimensionsHoldAt: blast?.dimensions_hold_at ?? null,
    dimensionsDenyAt: blast?.dimensions_deny_at ?? null,
    budget: blast?.budget_per_hour ?? null,
    controls: profile?.controls_required ?? [],
    policies: profile?.policies ?? [],
  };
}

function* flag(before: boolean, after: boolean, what: string): Generator<FloorChange> {
  if (!before && after) yield stricter(`Nothing is dispatched without ${what}`);
  if (before && !after) yield looser(`Work is dispatched without ${what}`);
}

function* labelsDemanded(
  before: Profile["certification_for"],
  after: Profile["certification_for"],
  what: string,
  demand: string,
): Generator<FloorChange> {
  const added = LABELS.filter((label) => after.includes(label) && !before.includes(label));
  const gone = LABELS.filter((label) => before.includes(label) && !after.includes(label));
  if (added.length > 0) yield stricter(`${what} ${demand} ${labels(added)} data`);
  if (gone.length > 0) yield looser(`${what} no longer ${demand} ${labels(gone)} data`);
}

function* labelsAllowed(
  before: Profile["certification_for"],
  after: Profile["certification_for"],
): Generator<FloorChange> {
  const gone = LABELS.filter((label) => before.includes(label) && !after.includes(label));
  const added = LABELS.filter((label) => after.includes(label) && !before.includes(label));
  if (gone.length > 0) yield stricter(`A privilege envelope may name no secrets for ${labels(gone)} data`);
  if (added.length > 0) yield looser(`A privilege envelope may name secrets for ${labels(added)} data`);
}

/** @param order from the loosest to the strictest */
function* ordered(
  before: string,
  after: string,
  order: readonly string[],
  words: { stricter: (now: string) => string; looser: (now: string) => string },
): Generator<FloorChange> {
  const by = order.indexOf(after) - order.indexOf(before);
  if (by > 0) yield stricter(words.stricter(after));
  if (by < 0) yield looser(words.looser(after));
}

/** A list of the only ones that are allowed; null is any. */
function* allowList(
  before: readonly string[] | null,
  after: readonly string[] | null,
  verb: string,
  preposition: string,
  covers: (allowed: string, one: string) => boolean,
): Generator<FloorChange> {
  const said = (list: readonly string[]) =>
    list.length === 0 ? `may not ${verb}` : `may ${verb} ${preposition} ${list.join(", ")}`;
  if (before === null && after !== null) yield stricter(`A privilege envelope ${said(after)}`);
  if (before !== null && after === null) yield looser(`A privilege envelope may ${verb} without limit`);
  if (before === null || after === null) return;
  const gone = before.filter((one) => !after.some((allowed) => covers(allowed, one)));
  const added = after.filter((one) => !before.some((allowed) => covers(allowed, one)));
  if (gone.length > 0)
    yield stricter(`A privilege envelope may no longer ${verb} ${preposition} ${gone.join(", ")}`);
  if (added.length > 0) yield looser(`A privilege envelope ${said(added)} too`);
}

function* limit(
  before: number | null,
  after: number | null,
  of: string,
  then: string,
): Generator<FloorChange> {
  if (before === after) return;
  if (after === null) yield looser(`No limit on ${of}, from which on ${then} (was ${before})`);
  else if (before === null || after < before)
    yield stricter(`From ${of} of ${after} on ${then} (was ${before ?? "no limit"})`);
  else yield looser(`Only from ${of} of ${after} on ${then} (was ${before})`);
}

function* budget(before: number | null, after: number | null): Generator<FloorChange> {
  if (before === after) return;
  if (after === null)
    yield looser(`No limit on what one agent adds up within an hour (was ${count(before ?? 0)})`);
  else if (before === null || after < before)
    yield stricter(
      `One agent may add up ${count(after)} within an hour (was ${before === null ? "no limit" : count(before)})`,
    );
  else yield looser(`One agent may add up ${count(after)} within an hour (was ${count(before)})`);
}

function* demanded(
  before: readonly string[],
  after: readonly string[],
  added: string,
  gone: string,
): Generator<FloorChange> {
  const more = after.filter((one) => !before.includes(one));
  const less = before.filter((one) => !after.includes(one));
  if (more.length > 0) yield stricter(`${added} ${more.join(", ")}`);
  if (less.length > 0) yield looser(`${gone} ${less.join(", ")}`);
}

function isUnder(prefix: string, path: string): boolean {
  const folder = prefix.endsWith("/") ? prefix : `${prefix}/`;
  return path === prefix || path.startsWith(folder);
}

function stricter(sentence: string): FloorChange {
  return { direction: "stricter", sentence: `${sentence}.` };
}

function looser(sentence: string): FloorChange {
  return { direction: "looser", sentence: `${sentence}.` };
}
