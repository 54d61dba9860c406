import { readSettings } from "../../../../env.ts";
import { forward } from "../../../../lib/forward.ts";
import { readSession } from "../../../../lib/session.ts";

type Context = { params: Promise<{ procedures: string[] }> };

async function handle(request: Request, { params }: Context): Promise<Response> {
  const { hallUrl, consoleUrl } = readSettings();
  const session = await readSession();
  const procedures = (await params).procedures.join("/");
  return forward(request, procedures, { hallUrl, consoleUrl, sessionToken: session?.session_token ?? null });
}

export { handle as GET, handle as POST };
