import { newSigner } from "../../../hall-api/test/testing/registered-code.ts";
import type { Stage } from "../stage.ts";
import type { Stranger } from "./stranger.ts";
import type { Shown, Writer } from "./writer.ts";

/** What an owner calls people, keys and runners, and whom a provider speaks for. */
export async function writePeople(
  stage: Stage,
  { some, write, each }: Writer,
  stranger: Stranger,
  operator: string,
): Promise<Shown[]> {
  const { slug, identity } = stage.tenant;
  const invite = (email: string, display_name: string) =>
    ["POST", "/wcp/members", { email, display_name, role: "auditor" }] as const;
  const members = await each("display name", 20, (text, n) => invite(`m${n}@example.test`, text));
  await each("e-mail", 6, (text) => invite(`"${text}"@example.test`, "Ada"));
  await each("role's name", 6, (text) => [
    "PUT",
    `/wcp/roles/${encodeURIComponent(text)}`,
    { permissions: ["rule:read"] },
  ]);
  const [gone] = members.answers;
  await each("reason to remove", 1, (reason) => ["POST", `/wcp/members/${gone?.id}/remove`, { reason }]);

  const key = (changes: object) =>
    ["POST", "/wcp/keys", { name: "agent", identities: [identity], ...changes }] as const;
  const keys = await each("key's name", 20, (name) => key({ name }));
  const agents = await each("key's agent", 10, (agent) => key({ agent }));
  await each("reason to revoke a key", 4, (reason, n) => [
    "POST",
    `/wcp/keys/${agents.answers[n]?.id}/revoke`,
    { reason },
  ]);
  const signers = await Promise.all(Array.from({ length: 8 }, newSigner));
  const runners = await each("runner's name", 8, (name, n) => [
    "POST",
    "/wcp/runners",
    { name, public_key: Buffer.from(signers[n]?.publicKey ?? "").toString("base64") },
    operator,
  ]);

  const provider = { issuer: stranger.url, client_id: "hall", client_secret: "s" };
  const sso = (changes: object) =>
    ["PUT", "/wcp/sso", { ...provider, join_role: null, is_required: false, ...changes }] as const;
  await each("domain", 8, (name) => ["POST", "/wcp/domains", { kind: "email", name }]);
  await each("issuer", 8, (text, n) => sso({ issuer: n % 2 ? text : `${stranger.url}/${text}` }));
  for (const text of some(8)) {
    stranger.signInAt = text;
    await write("provider's sign-in", [text], sso({}));
  }
  stranger.signInAt = stranger.url;
  const clients = await each("client id", 6, (client_id) => sso({ client_id }));

  return [
    { path: `/${slug}/members`, texts: members.texts.slice(1), opens: ["Role", "Remove"] },
    {
      path: `/${slug}/keys`,
      texts: [...keys.texts, ...agents.texts, ...runners.texts],
      opens: ["Rotate", "Revoke"],
    },
    { path: `/${slug}/single-sign-on`, texts: clients.texts.slice(-1), opens: ["Change the provider"] },
  ];
}

/** An owner who is called so, by an invitation that they accept. */
export async function joinAs(
  { hall }: Stage,
  owner: string,
  who: { email: string; display_name: string; password: string },
): Promise<void> {
  const { email, display_name, password } = who;
  await hall.ask("POST", "/wcp/members", { key: owner, body: { email, display_name: "Ada", role: "owner" } });
  const link = () => hall.printed.findLast((text) => text.includes(`For ${email}`));
  while (link() === undefined) await new Promise((resolve) => setImmediate(resolve));
  const token = /token=(\S+)/.exec(link() ?? "")?.[1];
  const joined = await hall.ask("POST", "/wcp/invitations/accept", {
    body: { token, display_name, password },
  });
  if (joined.status !== 201) throw new Error(joined.text);
}

/** What the Hall's operators call tenants. */
export async function writeTenants({ hall }: Stage, { each }: Writer): Promise<Shown[]> {
  const tenants = await each<{ tenant: string }>("tenant's name", 20, (name, n) => [
    "POST",
    "/hall/tenants",
    { tenant: `hostile-${n}`, name, owner: { email: `o${n}@example.test`, display_name: "Ada" } },
    hall.operatorToken,
  ]);
  await each("reason of a standing", 2, (reason, n) => [
    "PUT",
    "/hall/tenants/globex/standing",
    { standing: ["grace", "ok"][n], reason },
    hall.operatorToken,
  ]);
  return [
    { path: "/platform/tenants", texts: tenants.texts },
    { path: `/platform/tenants/${tenants.answers[0]?.tenant}`, texts: tenants.texts.slice(0, 1) },
  ];
}
