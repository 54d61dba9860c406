"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount } from "../../lib/people-types.ts";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { Time } from "../../ui/time.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { AddAuthenticator } from "./add-authenticator.tsx";

/** An application that shows codes. @param onCodes given the recovery codes, where some were drawn */
export function Authenticator({
  account,
  onCodes,
}: {
  account: OwnAccount;
  onCodes: (codes: readonly string[]) => void;
}) {
  const queries = useQueryClient();
  const renewed = () => queries.invalidateQueries({ queryKey: ["account.get"] });
  const isLast = account.passkeys.length === 0;

  return (
    <Section title="Authenticator">
      <div className="max-w-[880px] space-y-3">
        {account.totp_since === null ? (
          <AddAuthenticator
            onDone={async (drawn) => {
              if (drawn.length > 0) onCodes(drawn);
              await renewed();
            }}
          />
        ) : (
          <>
            <Record label="Authenticator">
              <Entry name="Set up">
                <Time at={account.totp_since} />
              </Entry>
            </Record>
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
                await renewed();
              }}
            >
              <p className="text-13">
                {isLast
                  ? "From then on your password alone signs you in. The recovery codes stop working too."
                  : "Its codes sign you in no more. Your passkeys still do."}
              </p>
            </ActDialog>
          </>
        )}
      </div>
    </Section>
  );
}
