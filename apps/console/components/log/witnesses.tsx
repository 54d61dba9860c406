"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { type AskedWitness, askedWords, witnessWords } from "../../lib/witness-words.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copyable.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Section } from "../../ui/section.tsx";
import { Answer } from "../answer.tsx";

const POLL_MS = 5000;

/** Who outside of the Hall has put a name to the log, and the window in which nobody has yet. */
export function Witnesses({ verifierKey }: { verifierKey: string }) {
  const health = useQuery({
    queryKey: ["hall.compliance"],
    queryFn: ({ signal }) => hall.hall.compliance.query({}, { signal }),
    refetchInterval: POLL_MS,
  });
  return (
    <Section title="Witnesses">
      <Answer of={health} what="The witnesses could not be read" label="Reading the witnesses">
        {({ witnesses }) => {
          const { mark, sentence } = witnessWords(witnesses);
          return (
            <div className="space-y-3 text-13">
              <p className="flex items-baseline gap-2">
                <Mark name={mark} />
                <span>
                  <ForeignText text={sentence} max={1024} />
                </span>
              </p>
              {witnesses !== undefined && (
                <ul aria-label="witnesses" className="space-y-1.5">
                  {witnesses.asked.map((one) => (
                    <Asked key={one.key} witness={one} />
                  ))}
                </ul>
              )}
              {witnesses === undefined && (
                <>
                  <p>
                    Somebody else runs one, where the Hall's operator has no hand; the operator then names it
                    in <span className="font-mono text-12">HALL_WITNESSES</span>:
                  </p>
                  <CodeBlock
                    label="command that runs a witness"
                    text={`hall witness serve --name witness.example.org/w1 --log '${verifierKey}' \\
  --key-file witness.pem --state witness.json --listen 127.0.0.1:8766`}
                  />
                </>
              )}
            </div>
          );
        }}
      </Answer>
    </Section>
  );
}

function Asked({ witness }: { witness: AskedWitness }) {
  const { mark, sentence } = askedWords(witness);
  return (
    <li className="flex items-baseline gap-2">
      <Mark name={mark} />
      <span>
        <span className="font-mono text-12">
          <ForeignText text={witness.name} />
          <CopyButton text={witness.key} label="witness key" />
        </span>{" "}
        {sentence}
      </span>
    </li>
  );
}
