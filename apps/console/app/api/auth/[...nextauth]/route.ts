import NextAuth from "next-auth";
import { refuse } from "../../../../lib/forward.ts";
import { authOptions } from "../../../../lib/identity.ts";
import { isSessionDoor } from "../../../../lib/session-doors.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

/** next-auth's own pages are not ours to show, and no page of ours leads there. */
async function handle(request: Request, context: Context): Promise<Response> {
  if (!isSessionDoor(request.method, (await context.params).nextauth)) return refuse("NO_SUCH_DOOR");
  return NextAuth(request as never, context as never, authOptions()) as Promise<Response>;
}

export { handle as GET, handle as POST };
