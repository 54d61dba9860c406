"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { Section } from "../../ui/section.tsx";
import { Answer } from "../answer.tsx";

const POLL_MS = 5000;

/** The newest checkpoint as the Hall serves it to anybody: three lines that are signed, and who signed them. */
export function SignedHead() {
  const checkpoint = useQuery({
    queryKey: ["log.checkpoint"],
    queryFn: ({ signal }) => hall.log.checkpoint.query({}, { signal }),
    refetchInterval: POLL_MS,
  });
  return (
    <Section title="Signed head">
      <p className="mb-2 text-13 text-quiet">
        The log's name, the number of its leaves and the root over them; below, a line for each signature. A
        later head with fewer leaves, or another root for as many, is evidence against the Hall: keep both.
      </p>
      <Answer
        of={checkpoint}
        what="The signed head could not be read"
        label="Reading the signed head"
        absent={<p className="text-13">None yet: nothing was recorded, so nothing was sealed.</p>}
      >
        {(note) => <CodeBlock label="signed head" text={note} />}
      </Answer>
    </Section>
  );
}
