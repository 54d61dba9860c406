"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { Finding, ProvedName } from "../../lib/people-types.ts";
import { Button } from "../../ui/button.tsx";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Notice } from "../../ui/notice.tsx";
import { Refused } from "../answer.tsx";
import { useWhyNot } from "../use-why-not.ts";

/** The record as it has to stand, and what stands there now. */
export function CheckName({ name }: { name: ProvedName }) {
  const queries = useQueryClient();
  const mayNot = useWhyNot("domain:prove");
  const [isOpen, setOpen] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [finding, setFinding] = useState<Finding | null>(null);
  const [failure, setFailure] = useState<unknown>(null);

  async function check(): Promise<void> {
    setBusy(true);
    setFailure(null);
    setFinding(null);
    try {
      setFinding((await hall.domain.check.mutate({ id: name.id })).finding);
      await Promise.all(
        ["domain.list", "sso.show"].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
    } catch (error) {
      setFailure(error);
    } finally {
      setBusy(false);
    }
  }

  const title = `Record of ${name.name}`;
  return (
    <>
      <Button
        look="quiet"
        onClick={() => {
          setFinding(null);
          setFailure(null);
          setOpen(true);
        }}
      >
        Record
      </Button>
      <Dialog
        label={title}
        isOpen={isOpen}
        onClose={() => setOpen(false)}
        className="m-auto w-[calc(100%-32px)] max-w-[560px] rounded"
      >
        <div className="space-y-4 p-6">
          <h2 className="text-20 [overflow-wrap:anywhere]">{title}</h2>
          <p className="text-13">Put this text record into the DNS, and leave it there.</p>
          <CodeBlock label="name of the record" text={name.record.name} wraps />
          <CodeBlock label="value of the record" text={name.record.value} wraps />
          {finding && <Seen finding={finding} />}
          {failure !== null && <Refused what="It was not looked at" error={failure} />}
          <div className="flex flex-wrap gap-2">
            <Button
              look="primary"
              because={mayNot ?? (isBusy ? "The name servers are being asked" : undefined)}
              onClick={() => void check()}
            >
              {isBusy ? "Looking" : "Look for it now"}
            </Button>
            <Button onClick={() => setOpen(false)}>Close</Button>
          </div>
        </div>
      </Dialog>
    </>
  );
}

function Seen({ finding: { code, remedy, seen } }: { finding: Finding }) {
  const isProved = code === "DNS_PROVED";
  return (
    <Notice tone={isProved ? "allow" : "hold"} title={isProved ? "It is proved" : "It is not proved by this"}>
      <p>{remedy}</p>
      {seen.length > 0 && (
        <ul aria-label="what stands there" className="space-y-1 font-mono text-12">
          {seen.map((value) => (
            <li key={value}>
              <ForeignText text={value} max={120} />
            </li>
          ))}
        </ul>
      )}
      <p className="font-mono text-12">{code}</p>
    </Notice>
  );
}
