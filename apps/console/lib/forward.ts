import { FORWARDED_FOR } from "./name-sender.ts";
import { CONSOLE_REFUSALS, type ConsoleRefusalCode } from "./refusal.ts";

/** Passes tRPC calls of the console's own pages on to the Hall, with the session that the cookie holds. */

interface Destination {
  hallUrl: string;
  consoleUrl: string;
  /** Null where nobody is signed in. */
  sessionToken: string | null;
}

const BODY_MAX_BYTES = 65_536;
/** These carry a whole rule bundle: 8 MiB and what is around it. */
const BUNDLE_BODY_MAX_BYTES = 8 * 1024 * 1024 + 65_536;
const WITH_BUNDLE = new Set([
  "rule.review",
  "rule.simulate",
  "rule.publish",
  "draft.create",
  "draft.save",
  "shadow.start",
]);
const TIMEOUT_MS = 15_000;
const PROCEDURE = /^[a-z]+\.[a-zA-Z]+(?:[-_][a-z]+)*$/;
/** Its answer is a token, which must never reach a script: only `authorize` and the door of single sign-on may ask for it. */
const KEPT_BACK = new Set([
  "session.begin",
  "session.verify-factor",
  "sso.begin",
  "sso.link",
  "sso.complete",
]);

/** What somebody does who has no session yet: it names its own right, and is passed on with nobody's. */
const OF_STRANGERS = new Set([
  "invitation.accept",
  "recovery.request",
  "recovery.complete",
  "signup.request",
  "tenant.found",
]);

export async function forward(request: Request, procedures: string, to: Destination): Promise<Response> {
  if (!isSameOrigin(request, to.consoleUrl)) return refuse("CROSS_SITE");
  const names = procedures.split(",");
  const isOfStrangers = names.every((name) => OF_STRANGERS.has(name));
  if (to.sessionToken === null && !isOfStrangers) return refuse("SIGNED_OUT");
  if (!names.every((name) => PROCEDURE.test(name) && !KEPT_BACK.has(name))) return refuse("NO_SUCH_DOOR");

  const body = request.method === "POST" ? await request.arrayBuffer() : undefined;
  const bodyMaxBytes = names.every((name) => WITH_BUNDLE.has(name)) ? BUNDLE_BODY_MAX_BYTES : BODY_MAX_BYTES;
  if (body && body.byteLength > bodyMaxBytes) return refuse("BODY_TOO_LARGE");
  const sender = request.headers.get(FORWARDED_FOR);
  const answer = await fetch(`${to.hallUrl}/trpc/${names.join(",")}${new URL(request.url).search}`, {
    method: request.method,
    headers: {
      ...(sender !== null && { [FORWARDED_FOR]: sender }),
      ...(!isOfStrangers && { authorization: `Bearer ${to.sessionToken}` }),
      "content-type": "application/json",
    },
    body: body ?? null,
    cache: "no-store",
    redirect: "error",
    signal: AbortSignal.any([request.signal, AbortSignal.timeout(TIMEOUT_MS)]),
  }).catch(() => null);
  if (answer === null) return refuse("HALL_UNREACHABLE");

  const headers = new Headers({ "cache-control": "no-store" });
  for (const name of ["content-type", "x-request-id", "retry-after"]) {
    const value = answer.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(answer.body, { status: answer.status, headers });
}

/** The cookie is sent by any page of the same site; only ours may use it. */
export function isSameOrigin(request: Request, consoleUrl: string): boolean {
  const site = request.headers.get("sec-fetch-site");
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== new URL(consoleUrl).origin) return false;
  // Browsers send the first to trustworthy addresses, and the second with every POST. One must speak for us.
  return site === null ? origin !== null : site === "same-origin";
}

/** A refusal of our own, in the form in which tRPC's client reads refusals of the Hall. */
export function refuse(code: ConsoleRefusalCode): Response {
  const { status, sentence, remedy } = CONSOLE_REFUSALS[code];
  const hall = { code, remedy, request_id: "" };
  return Response.json(
    { error: { code: -32_603, message: sentence, data: { code, httpStatus: status, hall } } },
    { status, headers: { "cache-control": "no-store" } },
  );
}
