import { attestationWords, methodWorth } from "../../lib/attestation-words.ts";
import type { Attestation } from "../../lib/worker-types.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Entry, Record } from "../../ui/record.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Digest } from "../digest.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";

/**
 * What was registered of a worker's code and what was measured last. No hash of code is shown: who may read this page
 * may be who would forge one.
 */
export function WorkerAttestation({
  workerId,
  attestation,
  hallUrl,
}: {
  workerId: string;
  attestation: Attestation | null;
  hallUrl: string;
}) {
  const { mark, word, sentence } = attestationWords(attestation);
  return (
    <div className="space-y-3">
      <p className="flex items-baseline gap-2 text-13">
        <Mark name={mark} />
        <span>
          <span className="font-medium">{word}</span>
          {attestation?.state !== "flagged" && `. ${sentence}`}
        </span>
      </p>
      {attestation === null ? (
        <HowToRegister hallUrl={hallUrl} />
      ) : (
        <>
          <Facts attestation={attestation} />
          {(attestation.state === "unmeasured" || attestation.state === "expired") && (
            <HowToMeasure workerId={workerId} hallUrl={hallUrl} />
          )}
        </>
      )}
    </div>
  );
}

function Facts({ attestation }: { attestation: Attestation }) {
  const { measured, method } = attestation;
  // While the worker is flagged, this is the measurement that differed, whatever was measured since.
  const isFlagged = attestation.state === "flagged";
  return (
    <Record label="Code">
      <Entry name="Version" from="declared">
        <ForeignText text={attestation.worker_version} max={64} />
      </Entry>
      <Entry name="Least method">
        <span className="font-mono text-12">{method}</span>: a weaker measurement does not count.
      </Entry>
      <Entry name={isFlagged ? "Differed" : "Measured last"} from="measured">
        {measured === null ? (
          <span className="text-quiet">never</span>
        ) : (
          <>
            <Time at={measured.at} />, <span className="font-mono text-12">{measured.method}</span>.{" "}
            <span className="text-quiet">{methodWorth(measured.method)}</span>
          </>
        )}
      </Entry>
      {measured !== null && (
        <>
          {!isFlagged && (
            <Entry name="Valid until">
              <time dateTime={measured.valid_until} className="font-mono text-12">
                {measured.valid_until}
              </time>
            </Entry>
          )}
          <Entry name="Receipt of that">
            <ReceiptId id={measured.receipt_id} />
          </Entry>
        </>
      )}
      {attestation.cleared !== null && (
        <Entry name="Flag cleared">
          <Time at={attestation.cleared.at} /> by <ActorName actor={attestation.cleared.by} />:{" "}
          <ForeignText text={attestation.cleared.reason} max={256} />
        </Entry>
      )}
      <Entry name="Registered">
        <Time at={attestation.registered_at} /> by <ActorName actor={attestation.registered_by} />
      </Entry>
      <Entry name="Receipt of that">
        <ReceiptId id={attestation.receipt_id} />
      </Entry>
      <Entry name="Namespace">
        <span className="font-mono text-12">
          <ForeignText text={attestation.namespace} />
        </span>
      </Entry>
      <Entry name="Statement">
        <Digest digest={attestation.envelope_digest} label="digest of the signed statement" />
      </Entry>
    </Record>
  );
}

function HowToRegister({ hallUrl }: { hallUrl: string }) {
  return (
    <>
      <p className="text-13">
        Its author signs the package with the key of the worker's namespace and registers the statement:
      </p>
      <CodeBlock
        label="command that registers a package"
        text={`HALL_KEY=hall_key_… hall attest register ./package --hall ${hallUrl}`}
      />
    </>
  );
}

function HowToMeasure({ workerId, hallUrl }: { workerId: string; hallUrl: string }) {
  return (
    <>
      <p className="text-13">
        A runner beside the worker measures it, where its{" "}
        <span className="font-mono text-12">packages.json</span> lists{" "}
        <span className="font-mono text-12">{workerId}</span>:
      </p>
      <CodeBlock
        label="command that measures a package"
        text={`HALL_KEY=hall_key_… hall runner measure packages.json --hall ${hallUrl} --runner-key runner.pem`}
      />
    </>
  );
}
