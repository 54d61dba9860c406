"use client";

import { useQuery } from "@tanstack/react-query";
import { hall } from "../../lib/hall-client.ts";
import { type HallKey, inOrder, lossOf } from "../../lib/key-words.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { CopyButton } from "../../ui/copyable.tsx";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark, type MarkName } from "../../ui/mark.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer } from "../answer.tsx";
import { ReceiptId } from "../rules/receipt-id.tsx";

const COLUMNS = "mid:grid-cols-[104px_176px_104px_minmax(150px,220px)_minmax(150px,200px)_minmax(0,1fr)]";
const STATES: Record<HallKey["state"], { mark: MarkName; word: string }> = {
  active: { mark: "allow", word: "in use" },
  introduced: { mark: "running", word: "introduced" },
  retired: { mark: "skipped", word: "retired" },
};

/** The Hall's own public keys, where each lives, and the entries of the log that brought and took it. */
export function HallKeys({ hallUrl }: { hallUrl: string }) {
  const keys = useQuery({
    queryKey: ["keyring.list"],
    queryFn: ({ signal }) => hall.keyring.list.query({}, { signal }),
  });
  return (
    <>
      <Section title="The Hall's keys">
        <div className="mb-3 max-w-[880px] space-y-3 text-13">
          <p className="text-quiet">
            The module is what the Hall says of itself. A software token is a file like any other to who owns
            the machine. A new key is signed into the log under the old one; whoever pinned the old one
            follows.
          </p>
          <CodeBlock
            label="command that reads the Hall's keys"
            text={`curl -s ${hallUrl}/.well-known/hall-keys.json`}
          />
        </div>
      </Section>
      <Answer of={keys} what="The Hall's keys could not be read" label="Reading the Hall's keys">
        {({ keys }) => (
          <Table
            label="Keys of the Hall"
            columns={COLUMNS}
            titles={["Role", "Key", "State", "Where it lives", "Valid, entries", "What a loss means"]}
          >
            {inOrder(keys).map((key) => (
              <KeyRow key={`${key.key_id} ${key.roles.join()}`} of={key} />
            ))}
          </Table>
        )}
      </Answer>
    </>
  );
}

function KeyRow({ of: key }: { of: HallKey }) {
  const { mark, word } = STATES[key.state];
  return (
    <Row columns={COLUMNS}>
      <Cell>{key.roles.join(", ")}</Cell>
      <Cell title="key" className="font-mono text-12">
        <span title={key.key_id}>{key.key_id.slice(0, 16)}</span>
        <CopyButton text={key.spki} label={`public key ${key.key_id}`} />
        <span className="block text-quiet">{key.algorithm}</span>
      </Cell>
      <Cell title="state">
        <span className="inline-flex items-center gap-2">
          <Mark name={mark} /> {word}
        </span>
      </Cell>
      <Cell title="where it lives">
        <ForeignText text={key.module} max={128} />
        {key.threshold > 1 && <span className="block text-quiet">{key.threshold} have to sign together</span>}
      </Cell>
      <Cell title="valid">
        since <Time at={key.not_before} />
        {key.not_after !== null && (
          <>
            , until <span className="font-mono text-12">{key.not_after.slice(0, 16)}Z</span>
          </>
        )}
        <KeyEntry word="introduced by" receipt={key.introduced_by} leaf={key.introduced_leaf} />
        {key.retired_by !== null && (
          <KeyEntry word="retired by" receipt={key.retired_by} leaf={key.retired_leaf} />
        )}
      </Cell>
      <Cell title="what a loss means" className="text-quiet">
        {key.state === "retired" ? "It signs nothing any more." : key.roles.map(lossOf).join(" ")}
      </Cell>
    </Row>
  );
}

function KeyEntry({ word, receipt, leaf }: { word: string; receipt: string; leaf: number | null }) {
  return (
    <span className="block text-12 text-quiet">
      {word} {leaf === null ? <ReceiptId id={receipt} /> : `leaf ${count(leaf)} `}
      {leaf !== null && <CopyButton text={receipt} label={`receipt of leaf ${leaf}`} />}
    </span>
  );
}
