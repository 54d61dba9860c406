"use client";

import { hall } from "../../lib/hall-client.ts";
import type { Standing } from "../../lib/platform.ts";
import { ReasonDialog } from "../reason-dialog.tsx";
import { useTenantsChanged } from "./use-tenants-changed.ts";
import { useWhyNotOperate } from "./use-why-not-operate.ts";

const STANDINGS: readonly Standing[] = ["ok", "grace", "degraded", "suspended"];

const WORDS: Record<Standing, { opener: string; said: string }> = {
  ok: {
    opener: "Set ok",
    said: "Nothing stands against it. What was denied for its standing is decided anew.",
  },
  grace: {
    opener: "Set grace",
    said: "It is told so and goes on: by default it may go online and have work done as before.",
  },
  degraded: {
    opener: "Set degraded",
    said: "By default nothing is started for it: it is denied with DENY_STANDING. People sign in and administer.",
  },
  suspended: {
    opener: "Suspend",
    said: "Every request is denied with DENY_TENANT_SUSPENDED, and nothing of it is changed but rights taken away. Nothing is deleted, and it can be taken back.",
  },
};

/** One button for each standing that the tenant has not. Takes effect in every instance once it is answered. */
export function SetStanding({ tenant, standing }: { tenant: string; standing: Standing }) {
  return STANDINGS.filter((other) => other !== standing).map((other) => (
    <SetOne key={other} tenant={tenant} standing={other} />
  ));
}

function SetOne({ tenant, standing }: { tenant: string; standing: Standing }) {
  const changed = useTenantsChanged();
  const { opener, said } = WORDS[standing];
  return (
    <ReasonDialog
      opener={opener}
      whyNot={useWhyNotOperate("tenant:set-standing")}
      title={`${tenant}: ${standing}`}
      submit={opener}
      keep="Leave it"
      failed="Its standing was not changed"
      run={async (reason) => {
        await hall.tenant["set-standing"].mutate({ tenant, standing, reason });
        await changed();
      }}
    >
      {said}
    </ReasonDialog>
  );
}
