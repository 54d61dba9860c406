import { notFound, redirect } from "next/navigation";
import type { ReactNode } from "react";
import { Frame } from "../../components/frame.tsx";
import { Providers } from "../../components/providers.tsx";
import { hallAs } from "../../lib/hall-server.ts";
import { paths } from "../../lib/paths.ts";
import { isSignedOut } from "../../lib/refusal.ts";
import { readSession } from "../../lib/session.ts";

/** Nothing is drawn before the Hall has said whether the session stands, or has had its time to. */
const PATIENCE_MS = 3000;

type Props = { params: Promise<{ tenant: string }>; children: ReactNode };

export default async function TenantLayout({ params, children }: Props) {
  const session = await readSession();
  if (!session) redirect(paths.signIn());
  // Another tenant's name and a name that nobody has are the same to a stranger.
  if (session.tenant.slug !== (await params).tenant) notFound();

  // The cookie is not enough: the session may have been ended elsewhere.
  const me = await hallAs(session.session_token)
    .session.me.query({}, { signal: AbortSignal.timeout(PATIENCE_MS) })
    .catch((error: unknown) => {
      if (isSignedOut(error)) return "ended" as const;
      return null;
    });
  if (me === "ended") redirect(paths.signIn({ because: "ended" }));
  return (
    <Providers>
      <Frame claims={{ member: session.member, tenant: session.tenant }} initialMe={me}>
        {children}
      </Frame>
    </Providers>
  );
}
