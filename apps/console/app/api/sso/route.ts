import { readSettings } from "../../../env.ts";
import { isSameOrigin } from "../../../lib/forward.ts";
import { hallAs } from "../../../lib/hall-server.ts";
import { CONSOLE_REFUSALS, readRefusal } from "../../../lib/refusal.ts";
import { refusalDetail } from "../../../lib/refusal-detail.ts";
import { readSession } from "../../../lib/session.ts";
import { keepFlow, readFlow } from "../../../lib/sso-flow.ts";

/** Sends the browser to its provider, for signing in or for linking, and takes a link's answer. */
export async function POST(request: Request): Promise<Response> {
  if (!isSameOrigin(request, readSettings().consoleUrl)) {
    const { status, sentence, remedy } = CONSOLE_REFUSALS.CROSS_SITE;
    return Response.json({ code: "CROSS_SITE", sentence, remedy }, { status });
  }
  const asked: unknown = await request.json().catch(() => null); // what is no JSON asks for nothing
  try {
    return Response.json(await done(asked as Asked | null), { headers: { "cache-control": "no-store" } });
  } catch (error) {
    const { code, sentence, remedy } = readRefusal(error);
    const { reason } = refusalDetail(error);
    return Response.json({ code, sentence, remedy, reason: String(reason ?? "") }, { status: 400 });
  }
}

type Asked =
  | { act: "sign-in"; email: string }
  | { act: "link" }
  | { act: "complete-link"; tenant: string; answer: string };

async function done(asked: Asked | null): Promise<object> {
  if (asked?.act === "complete-link") {
    const { tenant, answer } = asked;
    const flow_token = (await readFlow())?.token ?? "";
    const { state } = await hallAs(null).sso.complete.mutate({ flow_token, tenant, answer });
    return { state };
  }
  const isLink = asked?.act === "link";
  const session = isLink ? await readSession() : null;
  const gone = isLink
    ? await hallAs(session?.session_token ?? null).sso.link.mutate({})
    : await hallAs(null).sso.begin.mutate({ email: asked?.email ?? "" });
  await keepFlow(isLink ? "link" : "in", gone.flow_token);
  return { url: gone.url };
}
