import NextAuth from "next-auth";
import { authOptions } from "../../../../lib/identity.ts";

type Context = { params: Promise<{ nextauth: string[] }> };

/** next-auth's own pages are not ours to show: `pages` in the options leads to `/sign-in` instead. */
async function handle(request: Request, context: Context): Promise<Response> {
  return NextAuth(request as never, context as never, authOptions()) as Promise<Response>;
}

export { handle as GET, handle as POST };
