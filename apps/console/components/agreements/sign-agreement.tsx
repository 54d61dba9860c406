"use client";

import { type FormEvent, useState } from "react";
import type { Agreement, AgreementVersion } from "../../lib/agreement-types.ts";
import { hall } from "../../lib/hall-client.ts";
import { Button } from "../../ui/button.tsx";
import { Check } from "../../ui/check.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";
import { useAgreementsChanged } from "./use-agreement.ts";

/** Binds the tenant to the document as it stands on this page: its digest is what is signed. */
export function SignAgreement({ agreement, version }: { agreement: Agreement; version: AgreementVersion }) {
  const whyNot = useWhyNot("agreement:sign");
  const changed = useAgreementsChanged();
  const [hasRead, setRead] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const isSigned = version.signed !== null;

  async function signAndActivate(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!hasRead || isBusy || whyNot !== undefined) return;
    setBusy(true);
    setFailure(null);
    const bound = { id: agreement.agreement_id, version: version.version, digest: version.digest };
    try {
      if (!isSigned) await hall.agreement.sign.mutate(bound);
      await hall.agreement.activate.mutate(bound);
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
    await changed();
  }

  return (
    <form onSubmit={signAndActivate} className="mt-4 space-y-3 border-t border-line pt-4">
      <p className="text-13">
        {isSigned
          ? "It is signed. Once it is activated, decisions go by it"
          : "You sign it for the tenant, the Hall countersigns it, and decisions go by it"}
        {agreement.version === null ? "." : ` in place of version ${agreement.version}.`} Each of these acts
        is a receipt.
      </p>
      <Check isChecked={hasRead} onChange={setRead} because={whyNot}>
        I have read version {version.version} and may bind the tenant.
      </Check>
      {failure !== null && <Refused what="It is not in force" error={failure} />}
      <Button
        type="submit"
        look="primary"
        because={
          whyNot ??
          (isBusy ? "It is being signed" : hasRead ? undefined : "Say that you have read it and may sign it")
        }
      >
        {isSigned ? "Activate" : "Sign and activate"}
      </Button>
    </form>
  );
}
