"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import type { Certificate, WorkerHead } from "../../lib/worker-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";
import { AskCertification } from "./ask-certification.tsx";
import { CertifyWorker } from "./certify-worker.tsx";
import { DownloadPem } from "./download-pem.tsx";
import { RevokeCertificate } from "./revoke-certificate.tsx";

/** For what a compliance officer found the worker fit, and until when. What is not named there it is not fit for. */
export function WorkerCertificates({ worker, hallUrl }: { worker: WorkerHead; hallUrl: string }) {
  const { worker_id: workerId } = worker;
  const certificates = useQuery({
    queryKey: ["certificate.list", workerId],
    queryFn: ({ signal }) => hall.certificate.list.query({ worker_id: workerId }, { signal }),
  });
  return (
    <Answer of={certificates} what="The certificates could not be read" label="Reading the certificates">
      {({ certificates }) =>
        certificates.length === 0 ? (
          <div className="space-y-3">
            <p className="text-13">
              None. Where a profile or a rule asks for one, the worker is denied. A compliance officer
              certifies it, for the record as it is enrolled now.
            </p>
            <div className="flex flex-wrap gap-2">
              <AskCertification worker={worker} />
              <CertifyWorker worker={worker} />
            </div>
          </div>
        ) : (
          <div className="space-y-6">
            {certificates.map((certificate) => (
              <CertificateRecord
                key={certificate.certificate_id}
                certificate={certificate}
                isOfThisRecord={certificate.record_hash === worker.worker_record_hash}
              />
            ))}
            <div className="flex flex-wrap gap-2">
              <AskCertification worker={worker} />
              <CertifyWorker worker={worker} />
            </div>
            <HowToCheck hallUrl={hallUrl} />
          </div>
        )
      }
    </Answer>
  );
}

const STATES: Record<Certificate["state"], MarkName> = { valid: "allow", expired: "stale", revoked: "deny" };

function CertificateRecord({
  certificate,
  isOfThisRecord,
}: {
  certificate: Certificate;
  isOfThisRecord: boolean;
}) {
  const { certificate_id: id, state, revocation } = certificate;
  return (
    <article aria-label={`Certificate ${id}`} className="space-y-2">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <h3 className="flex items-center gap-2 text-13 font-medium">
          <Mark name={STATES[state]} /> {state}
        </h3>
        <div className="flex flex-wrap gap-2">
          <DownloadPem certificate={certificate} />
          {state !== "revoked" && <RevokeCertificate certificate={certificate} />}
        </div>
      </div>
      {state === "valid" && !isOfThisRecord && (
        <p className="text-13">
          It is for another version of the record, so decisions go on as if it were not there.
        </p>
      )}
      <Record label="Certificate">
        <Entry name="Capabilities">
          <span className="font-mono text-12">
            <ForeignText text={certificate.capabilities.join(", ")} max={512} />
          </span>
        </Entry>
        <Entry name="Environments">{certificate.environments.join(", ")}</Entry>
        <Entry name="Data labels">{certificate.data_labels.join(", ")}</Entry>
        <Entry name="Valid">
          <span className="font-mono text-12">
            {certificate.valid_from} to {certificate.valid_until}
          </span>
        </Entry>
        <Entry name="Key">
          {certificate.is_key_held
            ? "the worker showed that it holds it, so it serves connections"
            : "nobody holds it, so it serves no connection"}
        </Entry>
        <Entry name="Issued">
          <Time at={certificate.issued_at} /> by <ActorName actor={certificate.issued_by} />
        </Entry>
        <Entry name="Receipt of that">
          <ReceiptId id={certificate.receipt_id} />
        </Entry>
        {revocation !== null && (
          <>
            <Entry name="Revoked">
              <Time at={revocation.at} /> by <ActorName actor={revocation.by} />,{" "}
              {revocation.reason.replaceAll("_", " ")}
            </Entry>
            <Entry name="Receipt of that">
              <ReceiptId id={revocation.receipt_id} />
            </Entry>
          </>
        )}
      </Record>
    </article>
  );
}

function HowToCheck({ hallUrl }: { hallUrl: string }) {
  return (
    <div className="space-y-1.5">
      <p className="text-13">
        With the PEM in <span className="font-mono text-12">worker.pem</span>, anybody with openssl can check
        it:
      </p>
      <CodeBlock
        label="commands that check a certificate"
        text={`curl -s ${hallUrl}/.well-known/hall-ca.pem -o hall-ca.pem
curl -s ${hallUrl}/.well-known/hall-ca.crl -o hall-ca.crl

openssl crl -inform DER -in hall-ca.crl -out hall-ca.crl.pem
openssl verify -x509_strict -crl_check -CAfile hall-ca.pem -CRLfile hall-ca.crl.pem worker.pem`}
      />
    </div>
  );
}
