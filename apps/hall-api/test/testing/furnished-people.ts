import type { OpenHall } from "./running-hall.ts";

type Ask = (method: string, path: string, body: object, key?: string) => Promise<Record<string, string>>;

const [FIRST, SECOND, THIRD] = [
  "copper lantern walks uphill",
  "nine crooked herons bargain",
  "a slow blue ferry",
];

/**
 * Members as they come and go: one who joined, signs in, shows a factor again, sets a password, is given roles and stays
 * signed in; one of a role of the tenant's own who recovers and is removed; one whose invitation waits.
 */
export async function furnishPeople(hall: OpenHall, ask: Ask, owner: string): Promise<void> {
  const invite = async (email: string, role: string) => {
    const body = { email, display_name: "Somebody", role };
    const { id } = await ask("POST", "/wcp/members", body, owner);
    return { id: `${id}`, email, token: newestToken(hall) };
  };
  const join = async (email: string, role: string) => {
    const { id, token } = await invite(email, role);
    await ask("POST", "/wcp/invitations/accept", { token, display_name: "Ada", password: FIRST }, "");
    return id;
  };
  const begin = async (email: string, password: string) =>
    `${(await ask("POST", "/wcp/session/begin", { email, password }, "")).session_token}`;

  const stays = await join("stays@example.test", "approver");
  await begin("stays@example.test", FIRST);
  const session = await begin("stays@example.test", FIRST);
  await ask("POST", "/wcp/session/step-up", { password: FIRST }, session);
  await ask("PUT", "/wcp/account/password", { password: SECOND }, session);
  await ask("PUT", `/wcp/members/${stays}/role`, { role: "auditor" }, owner);
  await ask("POST", "/wcp/session/end", {}, await begin("stays@example.test", SECOND));
  await begin("stays@example.test", SECOND);

  const leaves = await join("leaves@example.test", "readers");
  await begin("leaves@example.test", FIRST);
  // Its holders sign in again.
  await ask("PUT", "/wcp/roles/readers", { permissions: ["alert:read", "rule:read"] }, owner);
  await begin("leaves@example.test", FIRST);
  const count = hall.printed.length;
  await ask("POST", "/wcp/recovery", { email: "leaves@example.test" }, "");
  while (hall.printed.length === count) await new Promise((resolve) => setImmediate(resolve));
  await ask("POST", "/wcp/recovery/complete", { token: newestToken(hall), password: THIRD }, "");
  await begin("leaves@example.test", THIRD);
  await ask("POST", `/wcp/members/${leaves}/end-sessions`, {}, owner);
  await begin("leaves@example.test", THIRD);
  await ask("POST", `/wcp/members/${leaves}/remove`, { reason: "left" }, owner);

  for (const role of ["operator", "operator"]) await invite("waits@example.test", role);
}

function newestToken({ printed }: OpenHall): string {
  return /token=(hall_link_\w+)/.exec(printed.at(-1) ?? "")?.[1] ?? "";
}
