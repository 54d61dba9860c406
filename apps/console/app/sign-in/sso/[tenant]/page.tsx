import type { Metadata } from "next";
import { BackFromProvider } from "../../../../components/sign-in/back-from-provider.tsx";
import { FrontDoor } from "../../../../components/sign-in/sheet.tsx";
import { readFlow } from "../../../../lib/sso-flow.ts";

export const metadata: Metadata = { title: "Sign in" };

type Params = Promise<{ tenant: string }>;

/** Where a tenant's provider sends people back to. */
export default async function BackFromProviderPage({ params }: { params: Params }) {
  const { tenant } = await params;
  return (
    <FrontDoor>
      <BackFromProvider tenant={decodeURIComponent(tenant)} kind={(await readFlow())?.kind ?? null} />
    </FrontDoor>
  );
}
