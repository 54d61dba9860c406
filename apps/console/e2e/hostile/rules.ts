import { isPrintable } from "@guildhall/protocol";
import { DEMO_RULES } from "../../../hall-api/src/demo-rules.ts";
import type { AgreementAnswer } from "../../../hall-api/src/operations/agreement/view.ts";
import { bound, DRAFT } from "../../../hall-api/test/testing/agreement.ts";
import { request } from "../../../hall-api/test/testing/enrolled-worker.ts";
import type { Stage } from "../stage.ts";
import type { Shown, Writer } from "./writer.ts";

/** Profiles, drafts, rules, policies and their tests, and what is said when they are published. */
export async function writeRules({ tenant }: Stage, { texts, some, write, each }: Writer): Promise<Shown[]> {
  const profile = (id: string, profile: object) =>
    ["PUT", `/wcp/profiles/${id}`, { profile: { profile_id: id, ...profile } }] as const;
  const profiles = await each("profile's name", 12, (name, n) => profile(`prof.hostile.n${n}`, { name }));
  const described = some(20);
  const whole = {
    ...{ name: described[0], description: described.join(" ") },
    privilege_envelope: { tools: texts, filesystem_writes: texts.slice(0, 100) },
  };
  await write("profile", texts, profile("prof.hostile.all", whole));

  const spoken = some(200);
  const bundle = (ruleIds: readonly string[]) => ({
    rules: [
      ...ruleIds.map((rule_id, n) => ({
        ...{ rule_id, match: { capability_id: `cap.hostile.n${n}` } },
        decision: { candidate_workers_ranked: [] },
      })),
      ...DEMO_RULES.rules,
    ],
    policies: spoken.map((text, n) => ({
      ...{ policy_id: `pol.hostile.n${n}`, description: text, reason: spoken.at(-1 - n) },
      ...{ when: `request.env == "edge" && "${n}" != ""`, effect: "DENY" },
    })),
    policy_tests: texts.slice(0, 20).map((name) => ({ name, expect: { effect: "NONE" } })),
  });
  // A page draws fifty at a time.
  const plain = texts.filter(isPrintable).slice(0, 150);
  const contents = [JSON.stringify(bundle(plain), null, 2), texts.join("\n")];
  const drafts = await each("draft's name", 10, (name, n) => [
    "POST",
    "/wcp/rules/drafts",
    { name, content: contents[n] ?? "{}" },
  ]);
  const publish = (ruleIds: readonly string[], note: string) =>
    ["POST", "/wcp/rules/publish", { bundle: JSON.stringify(bundle(ruleIds)), note }, tenant.key] as const;
  const odd = texts.filter((text) => !isPrintable(text));
  await write("rule id", odd, publish(odd, ""));
  const note = some(2).join(" ");
  await write("rule id", plain, publish(plain, note));
  const denied = await write<{ decision_id: string }>("policy's reason", some(1), [
    "POST",
    "/wcp/dispatch",
    request(tenant.identity, { env: "edge", capability_id: "cap.hostile.n7" }),
    tenant.key,
  ]);

  const at = (path: string) => `/${tenant.slug}/${path}`;
  return [
    { path: at("profiles"), texts: profiles.texts, opens: ["Change the profile of prod"] },
    { path: at("profiles/prof.hostile.all"), texts: [...texts, ...described], opens: ["Retire"] },
    { path: at("profiles/prof.hostile.all/edit"), texts: [] },
    { path: at("profiles/new?from=prof.hostile.all"), texts: [] },
    { path: at("rules"), texts: plain },
    { path: at("rules/publications"), texts: [note] },
    { path: at("rules/publications/1"), texts: [note] },
    { path: at("rules/drafts"), texts: drafts.texts },
    ...drafts.answers
      .slice(0, 2)
      .map(({ id }) => ({ path: at(`rules/drafts/${id}`), texts: texts.slice(0, 1) })),
    { path: at("policies"), texts: spoken },
    { path: at(`decisions/${denied?.decision_id}`), texts: plain.slice(7, 8) },
  ];
}

/** What two sides call themselves, what they agree on, and why it is held up. */
export async function writeAgreements(
  { hall, tenant }: Stage,
  { texts, some, write, each }: Writer,
  owner: string,
): Promise<Shown[]> {
  const draft = (changes: object) => ["POST", "/wcp/agreements", { ...DRAFT, ...changes }] as const;
  const titles = await each<AgreementAnswer>("agreement's title", 8, (title) => draft({ title }));
  const parties = await each("signatory", 8, (name) => draft({ signatory: { name, address: "" } }));
  const [address = "", ...agents] = texts.filter(isPrintable).slice(0, 40);
  const terms = { ...DRAFT.terms, agents };
  const signatory = { name: address, address };
  const agreement = await write<AgreementAnswer>("agreement", agents, draft({ signatory, terms }));
  if (agreement) await bound(hall, owner, agreement);
  const suspending = some(3);
  const id = agreement?.agreement_id;
  await write("reason to suspend an agreement", suspending, [
    "POST",
    `/wcp/agreements/${id}/suspend`,
    { reason: suspending.join(" ") },
  ]);
  const at = (path: string) => `/${tenant.slug}/agreements${path}`;
  return [
    { path: at(""), texts: [...titles.texts, ...parties.texts] },
    { path: at(`/${titles.answers[0]?.agreement_id}`), texts: titles.texts.slice(0, 1) },
    { path: at(`/${id}`), texts: [address, ...agents, ...suspending], opens: ["Resume"] },
    { path: at(`/${id}/amend`), texts: [] },
  ];
}
