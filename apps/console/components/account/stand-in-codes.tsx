"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount } from "../../lib/people-types.ts";
import { Entry, Record } from "../../ui/record.tsx";
import { Section } from "../../ui/section.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { RecoveryCodes } from "./recovery-codes.tsx";

/** What stands in for a second factor that is not at hand. @param codes those that were just drawn */
export function StandInCodes({
  account,
  codes,
  onCodes,
}: {
  account: OwnAccount;
  codes: readonly string[];
  onCodes: (codes: readonly string[]) => void;
}) {
  const queries = useQueryClient();
  return (
    <Section title="Recovery codes">
      <div className="max-w-[880px] space-y-3">
        {codes.length > 0 && <RecoveryCodes codes={codes} />}
        <Record label="Recovery codes">
          <Entry name="Left">{account.recovery_codes_left} of 10</Entry>
        </Record>
        <ActDialog
          opener="Draw new recovery codes"
          whyNot={undefined}
          title="Draw new recovery codes"
          submit="Draw them"
          failed="None were drawn"
          because={undefined}
          run={async () => {
            onCodes((await hall.account["renew-codes"].mutate({})).recovery_codes);
            await queries.invalidateQueries({ queryKey: ["account.get"] });
          }}
        >
          <p className="text-13">The codes that you have kept stop working. Ten others take their place.</p>
        </ActDialog>
      </div>
    </Section>
  );
}
