"use client";

import { hall } from "../../lib/hall-client.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useTenantsChanged } from "./use-tenants-changed.ts";
import { useWhyNotOperate } from "./use-why-not-operate.ts";

export function WithdrawInvitation({ tenant }: { tenant: string }) {
  const changed = useTenantsChanged();
  return (
    <ReasonDialog
      opener="Withdraw the invitation"
      whyNot={useWhyNotOperate("tenant:create")}
      title="Withdraw the invitation"
      submit="Withdraw it"
      keep="Keep it"
      failed="It was not withdrawn"
      run={async (reason) => {
        await hall.tenant["withdraw-invitation"].mutate({ tenant, reason });
        await changed();
      }}
    >
      The owner's link leads nowhere from then on. The tenant stays, empty, until somebody else is invited.
    </ReasonDialog>
  );
}
