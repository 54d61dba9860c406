"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount } from "../../lib/people-types.ts";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { AddAuthenticator } from "./add-authenticator.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** The second factor, and what stands in for it. */
export function Authenticator({ account }: { account: OwnAccount }) {
  const queries = useQueryClient();
  const [codes, setCodes] = useState<readonly string[]>([]);
  const renewed = () => queries.invalidateQueries({ queryKey: ["account.get"] });

  return (
    <Section title="Authenticator">
      <div className="max-w-[880px] space-y-3">
        {codes.length > 0 && <RecoveryCodes codes={codes} />}
        {account.totp_since === null ? (
          <AddAuthenticator
            onDone={async (drawn) => {
              setCodes(drawn);
              await renewed();
            }}
          />
        ) : (
          <>
            <Record label="Authenticator">
              <Entry name="Set up">
                <Time at={account.totp_since} />
              </Entry>
              <Entry name="Recovery codes">{account.recovery_codes_left} of 10 left</Entry>
            </Record>
            <div className="flex flex-wrap gap-2">
              <ActDialog
                opener="Draw new recovery codes"
                whyNot={undefined}
                title="Draw new recovery codes"
                submit="Draw them"
                failed="None were drawn"
                because={undefined}
                run={async () => {
                  setCodes((await hall.account["renew-codes"].mutate({})).recovery_codes);
                  await renewed();
                }}
              >
                <p className="text-13">
                  The codes that you have kept stop working. Ten others take their place.
                </p>
              </ActDialog>
              <ActDialog
                opener="Remove the authenticator"
                whyNot={undefined}
                title="Remove the authenticator"
                submit="Remove it"
                keep="Keep it"
                failed="It was not removed"
                because={undefined}
                run={async () => {
                  await hall.account["remove-totp"].mutate({});
                  setCodes([]);
                  await renewed();
                }}
              >
                <p className="text-13">
                  From then on your password alone signs you in. The recovery codes stop working too.
                </p>
              </ActDialog>
            </div>
          </>
        )}
      </div>
    </Section>
  );
}
