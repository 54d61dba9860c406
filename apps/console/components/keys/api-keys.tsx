"use client";

import { useQuery } from "@tanstack/react-query";
import { type ApiKey, isLive, KEY_STATES, narrowings } from "../../lib/api-key-words.ts";
import { hall } from "../../lib/hall-client.ts";
import { CopyButton } from "../../ui/copyable.tsx";
import { count } from "../../ui/count.ts";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { CreateKey } from "./create-key.tsx";
import { RevokeKey } from "./revoke-key.tsx";
import { RotateKey } from "./rotate-key.tsx";

const COLUMNS =
  "mid:grid-cols-[minmax(140px,200px)_128px_minmax(0,1fr)_minmax(140px,200px)_minmax(120px,170px)_150px]";

/** The keys that agents ask with: what each may do, when it was last used, and its end. */
export function ApiKeys() {
  const keys = useQuery({
    queryKey: ["key.list"],
    queryFn: ({ signal }) => hall.key.list.query({}, { signal }),
  });
  return (
    <Answer of={keys} what="The API keys could not be read" label="Reading the API keys">
      {({ keys, identities }) => (
        <>
          <Section title="API keys">
            <p className="max-w-[880px] text-13 text-quiet">
              An agent asks with a key. Its text is shown once, when it is made; the Hall keeps its digest.
              Whoever finds the text of one can end it, without signing in.
            </p>
            <div className="mt-3 mb-3 space-y-3">
              {keys.length === 0 && <p className="text-13">None yet: no agent can ask anything.</p>}
              <CreateKey identities={identities} />
            </div>
          </Section>
          {keys.length > 0 && (
            <Table
              label="API keys"
              columns={COLUMNS}
              titles={["Key", "State", "May", "Last used", "Ends", "Acts"]}
            >
              {keys.map((key) => (
                <KeyRow key={key.id} of={key} />
              ))}
            </Table>
          )}
        </>
      )}
    </Answer>
  );
}

function KeyRow({ of: key }: { of: ApiKey }) {
  const { mark, word } = KEY_STATES[key.state];
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <ForeignText text={key.name} max={64} />
        <CopyButton text={key.id} label={`id of the key ${key.name}`} />
        <span className="block font-mono text-12 text-quiet">{key.hint}…</span>
      </Cell>
      <Cell title="state">
        <span className="inline-flex items-center gap-2">
          <Mark name={mark} /> {word}
        </span>
      </Cell>
      <Cell title="may">
        <span className="[overflow-wrap:anywhere]">{key.scopes.join(", ")}</span>
        <span className="block text-12 text-quiet">
          as <ForeignText text={key.identities.join(", ")} max={256} />
        </span>
        {narrowings(key).map((words) => (
          <span key={words} className="block text-12 text-quiet">
            <ForeignText text={words} max={256} />
          </span>
        ))}
      </Cell>
      <Cell title="last used" className="text-quiet">
        {key.last_used_at === null ? "never" : <Time at={key.last_used_at} />}
        {key.used_today > 0 && <span className="block text-12">{count(key.used_today)} times today</span>}
      </Cell>
      <Cell title="ends" className="text-quiet">
        <End of={key} />
        {key.created_by !== null && (
          <span className="block text-12">
            made by <ActorName actor={key.created_by} />
          </span>
        )}
      </Cell>
      <Cell title="acts">
        {isLive(key) ? (
          <span className="flex gap-2">
            <RotateKey of={key} />
            <RevokeKey of={key} />
          </span>
        ) : (
          <span className="text-quiet">none</span>
        )}
      </Cell>
    </Row>
  );
}

function End({ of: { revoked_at, expires_at } }: { of: ApiKey }) {
  if (revoked_at !== null)
    return (
      <>
        revoked <Time at={revoked_at} />
      </>
    );
  if (expires_at === null) return <>when it is revoked</>;
  return <span className="font-mono text-12">{expires_at.slice(0, 16)}Z</span>;
}
