"use client";

import { useQueryClient } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { OwnAccount, OwnPasskey } from "../../lib/people-types.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActDialog } from "../act-dialog.tsx";
import { AddPasskey } from "./add-passkey.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,280px)_144px_144px_minmax(0,1fr)]";

/** Devices that sign the person in beside the password. @param onCodes given the recovery codes, where some were drawn */
export function Passkeys({
  account,
  onCodes,
}: {
  account: OwnAccount;
  onCodes: (codes: readonly string[]) => void;
}) {
  const isLast = account.passkeys.length === 1 && account.totp_since === null;
  return (
    <Section title="Passkeys">
      <div className="space-y-3">
        <p className="max-w-[880px] text-13">
          A device that signs for you once it has seen your face, your finger or its PIN. What it signs holds
          for this address alone, so a page that looks like this one gets nothing from it.
        </p>
        {account.passkeys.length > 0 && (
          <div className="-mx-4 mid:-mx-6">
            <Table label="Your passkeys" columns={COLUMNS} titles={["Passkey", "Added", "Last used", "Acts"]}>
              {account.passkeys.map((passkey) => (
                <PasskeyRow key={passkey.id} passkey={passkey} isLast={isLast} />
              ))}
            </Table>
          </div>
        )}
        <AddPasskey held={account.passkeys.length} onCodes={onCodes} />
      </div>
    </Section>
  );
}

function PasskeyRow({ passkey, isLast }: { passkey: OwnPasskey; isLast: boolean }) {
  const queries = useQueryClient();
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <ForeignText text={passkey.name} max={64} />
      </Cell>
      <Cell title="added" className="text-quiet">
        <Time at={passkey.created_at} />
      </Cell>
      <Cell title="last used" className="text-quiet">
        {passkey.last_used_at === null ? "never" : <Time at={passkey.last_used_at} />}
      </Cell>
      <Cell>
        <div className="mid:-ml-3">
          <ActDialog
            opener="Remove"
            look="quiet"
            whyNot={undefined}
            title="Remove the passkey"
            submit="Remove it"
            keep="Keep it"
            failed="It was not removed"
            because={undefined}
            run={async () => {
              await hall.account["remove-passkey"].mutate({ id: passkey.id });
              await queries.invalidateQueries({ queryKey: ["account.get"] });
            }}
          >
            <p className="text-13">
              <ForeignText text={passkey.name} max={64} /> signs you in no more. Your device may still show
              it: remove it there too.
              {isLast &&
                " It is your last second factor: from then on your password alone signs you in, and the recovery codes stop working."}
            </p>
          </ActDialog>
        </div>
      </Cell>
    </Row>
  );
}
