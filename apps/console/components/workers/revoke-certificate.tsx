"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { Certificate } from "../../lib/worker-types.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, INPUT, TEXTAREA } from "../../ui/field.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

type Revocation = Parameters<typeof hall.certificate.revoke.mutate>[0];
type Reason = Revocation["reason"];

/** RFC 5280's reasons, in words. */
const REASONS: Record<Reason, string> = {
  privilege_withdrawn: "The worker is not fit for it any more",
  key_compromise: "Its key is in other hands",
  affiliation_changed: "Its owner has changed",
  superseded: "Another certificate stands in its place",
  cessation_of_operation: "The worker is out of use",
  unspecified: "Something else",
};
const NOTE_MAX = 256;

/** Takes a certification away, with all that were renewed from it. Nothing gives it back but another issue. */
export function RevokeCertificate({ certificate }: { certificate: Certificate }) {
  const whyNot = useWhyNot("certification:revoke");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        Revoke
      </Button>
      <Dialog
        label="Revoke the certificate"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[520px] rounded"
      >
        <RevokeForm certificate={certificate} onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function RevokeForm({ certificate, onClose }: { certificate: Certificate; onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function revoke(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (reason === "" || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      const said = note.trim();
      await hall.certificate.revoke.mutate({
        id: certificate.certificate_id,
        reason,
        ...(said !== "" && { note: said }),
      });
      await queries.invalidateQueries({ queryKey: ["certificate.list", certificate.worker_id] });
      onClose();
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  return (
    <form onSubmit={revoke} className="space-y-4 p-6">
      <h2 className="text-20">Revoke the certificate</h2>
      <p className="text-13">
        No decision rests on it once this is answered, nor on what was renewed from it or it from. It cannot
        be taken back: the worker would be certified anew.
      </p>
      <Field id={`${id}-reason`} label="Reason">
        {(parts) => (
          <select
            {...parts}
            value={reason}
            onChange={(event) => setReason(event.target.value as Reason | "")}
            className={INPUT}
          >
            <option value="">Choose one</option>
            {Object.entries(REASONS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field id={`${id}-note`} label="Note" hint="Optional. It stands in the receipt for as long as the log.">
        {(parts) => (
          <textarea
            {...parts}
            rows={2}
            value={note}
            maxLength={NOTE_MAX}
            onChange={(event) => setNote(event.target.value)}
            className={TEXTAREA}
          />
        )}
      </Field>
      {failure !== null && <Refused what="It was not revoked" error={failure} />}
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={
            reason === ""
              ? "A certificate is revoked for a reason"
              : isBusy
                ? "It is being revoked"
                : undefined
          }
        >
          Revoke the certificate
        </Button>
        <Button onClick={onClose}>Keep it</Button>
      </div>
    </form>
  );
}
