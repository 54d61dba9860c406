import { readSettings } from "../../../env.ts";
import { isSameOrigin, refuse } from "../../../lib/forward.ts";
import { hallAs } from "../../../lib/hall-server.ts";
import { readRefusal } from "../../../lib/refusal.ts";
import { readPending } from "../../../lib/session.ts";

/** What a passkey is to sign for the second half of a sign-in: asked here, because the page does not hold what waits. */
async function handle(request: Request): Promise<Response> {
  if (!isSameOrigin(request, readSettings().consoleUrl)) return refuse("CROSS_SITE");
  const token = (await readPending())?.pending_token ?? "";
  const headers = { "cache-control": "no-store" };
  try {
    return Response.json(await hallAs(null).session["ask-passkey"].mutate({ token }), { headers });
  } catch (error) {
    return Response.json({ code: readRefusal(error).code }, { status: 409, headers });
  }
}

export { handle as POST };
