"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useId, useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import { refusalDetail } from "../../lib/refusal-detail.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Field, TEXTAREA } from "../../ui/field.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** As the Hall reads one through this door. */
const RECORD_MAX = 16_384;

interface Warning {
  path: string;
  id: string;
  says: string;
}

/** A record goes to the Hall as the text that it is: its hash covers how it is written. */
export function EnrollWorker() {
  const whyNot = useWhyNot("worker:enroll");
  const [isAsking, setAsking] = useState(false);
  return (
    <>
      <Button because={whyNot} onClick={() => setAsking(true)}>
        Enroll a worker
      </Button>
      <Dialog
        label="Enroll a worker"
        isOpen={isAsking}
        onClose={() => setAsking(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[720px] rounded"
      >
        <EnrollForm onClose={() => setAsking(false)} />
      </Dialog>
    </>
  );
}

function EnrollForm({ onClose }: { onClose: () => void }) {
  const id = useId();
  const queries = useQueryClient();
  const [record, setRecord] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  const [warned, setWarned] = useState<{ worker: string; warnings: Warning[] } | null>(null);
  const isEmpty = record.trim() === "";

  async function enroll(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (isEmpty || isBusy) return;
    setBusy(true);
    setFailure(null);
    try {
      const { worker_id: worker, warnings = [] } = await hall.worker["enroll-text"].mutate({ record });
      await queries.invalidateQueries({ queryKey: ["worker.list"] });
      if (warnings.length === 0) return onClose();
      setWarned({ worker, warnings });
    } catch (error) {
      setFailure(error);
    }
    setBusy(false);
  }

  if (warned) return <Enrolled {...warned} onClose={onClose} />;
  return (
    <form onSubmit={enroll} className="space-y-4 p-6">
      <h2 className="text-20">Enroll a worker</h2>
      <p className="text-13">
        Its registry record, as it is. A worker that is enrolled already gets it as its next version; what it
        was decided by before stays readable under its hash.
      </p>
      <Field
        id={`${id}-record`}
        label="Record"
        hint="JSON with its artifact_hash. `hall workers enroll` computes that for you."
      >
        {(parts) => (
          <textarea
            {...parts}
            rows={14}
            value={record}
            maxLength={RECORD_MAX}
            spellCheck={false}
            onChange={(event) => setRecord(event.target.value)}
            className={`${TEXTAREA} font-mono text-12`}
          />
        )}
      </Field>
      {failure !== null && <Refused what="It was not enrolled" error={failure} />}
      <Problems error={failure} />
      <div className="flex gap-2">
        <Button
          type="submit"
          look="primary"
          because={isEmpty ? "There is no record yet" : isBusy ? "It is being enrolled" : undefined}
        >
          Enroll
        </Button>
        <Button onClick={onClose}>Leave it</Button>
      </div>
    </form>
  );
}

/** Everything that is wrong with the record, in the Hall's words. */
function Problems({ error }: { error: unknown }) {
  const { problems } = refusalDetail(error);
  if (!Array.isArray(problems)) return null;
  return (
    <ul className="space-y-1 text-13">
      {(problems as { path: string; expected: string }[]).map(({ path, expected }) => (
        <li key={`${path} ${expected}`}>
          <span className="font-mono text-12">{path}</span>: {expected}
        </li>
      ))}
    </ul>
  );
}

function Enrolled({
  worker,
  warnings,
  onClose,
}: {
  worker: string;
  warnings: Warning[];
  onClose: () => void;
}) {
  return (
    <div className="space-y-4 p-6">
      <h2 className="text-20">Enrolled, with something to look at</h2>
      <p className="text-13">
        <span className="font-mono text-12">
          <ForeignText text={worker} />
        </span>{" "}
        is enrolled. What the catalog says of its record keeps nobody out:
      </p>
      <ul className="space-y-1 text-13">
        {warnings.map(({ path, id, says }) => (
          <li key={path}>
            <span className="font-mono text-12">
              <ForeignText text={id} />
            </span>
            : {says}
          </li>
        ))}
      </ul>
      <Button look="primary" onClick={onClose}>
        Done
      </Button>
    </div>
  );
}
