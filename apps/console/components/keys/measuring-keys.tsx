"use client";

import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { MeasuringKeys as Keys } from "../../lib/worker-types.ts";
import { CopyButton } from "../../ui/copyable.tsx";
import { ForeignText } from "../../ui/foreign-text.tsx";
import { Mark } from "../../ui/mark.tsx";
import { Section } from "../../ui/section.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { ActorName } from "../actor-name.tsx";
import { Answer } from "../answer.tsx";
import { RegisterRunner } from "./register-runner.tsx";
import { RetireRunner } from "./retire-runner.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,260px)_200px_120px_minmax(0,1fr)]";

/** Who may sign for the tenant's packages, and who may measure what runs. Neither key is the Hall's. */
export function MeasuringKeys() {
  const keys = useQuery({
    queryKey: ["runner.list"],
    queryFn: ({ signal }): Promise<Keys> => hall.runner.list.query({}, { signal }),
  });
  return (
    <Answer of={keys} what="The keys of workers could not be read" label="Reading the keys of workers">
      {({ runners, namespace_keys: namespaces }) => (
        <>
          <Section title="Who signs packages">
            <p className="max-w-[880px] text-13 text-quiet">
              A namespace's key says which package is which version of a worker. The Hall's operator registers
              and retires it. Lost: nobody registers code in that name until another is registered.
            </p>
            {namespaces.length === 0 && <p className="mt-2 text-13">None is registered for this tenant.</p>}
          </Section>
          {namespaces.length > 0 && (
            <Table
              label="Keys of namespaces"
              columns={COLUMNS}
              titles={["Namespace", "Key", "State", "Registered"]}
            >
              {namespaces.map((key) => (
                <KeyRow key={key.id} name={key.namespace} of={key} />
              ))}
            </Table>
          )}
          <Section title="Who measures">
            <p className="max-w-[880px] text-13 text-quiet">
              A runner's key answers the Hall's nonce with the hash of what it found. Lost or stolen: retire
              it, and nothing that it measured counts any more.
            </p>
            <div className="mt-3 mb-3 space-y-3">
              {runners.length === 0 && <p className="text-13">None yet.</p>}
              <RegisterRunner />
            </div>
          </Section>
          {runners.length > 0 && (
            <Table
              label="Keys of runners"
              columns={COLUMNS}
              titles={["Runner", "Key", "State", "Registered"]}
            >
              {runners.map((key) => (
                <KeyRow key={key.id} name={key.name} of={key}>
                  {" by "}
                  <ActorName actor={key.registered_by} />
                  {key.retired_at === null && (
                    <span className="ml-2">
                      <RetireRunner runnerId={key.id} name={key.name} />
                    </span>
                  )}
                </KeyRow>
              ))}
            </Table>
          )}
        </>
      )}
    </Answer>
  );
}

function KeyRow({
  name,
  of: { key_id, public_key, registered_at, retired_at },
  children,
}: {
  name: string;
  of: Pick<Keys["runners"][number], "key_id" | "public_key" | "registered_at" | "retired_at">;
  children?: ReactNode;
}) {
  return (
    <Row columns={COLUMNS}>
      <Cell>
        <ForeignText text={name} max={128} />
      </Cell>
      <Cell title="key" className="font-mono text-12">
        {key_id}
        <CopyButton text={public_key} label={`public key ${key_id}`} />
      </Cell>
      <Cell title="state">
        <span className="inline-flex items-center gap-2">
          <Mark name={retired_at === null ? "allow" : "skipped"} />{" "}
          {retired_at === null ? "in use" : "retired"}
        </span>
      </Cell>
      <Cell title="registered" className="text-quiet">
        <Time at={registered_at} />
        {retired_at !== null && (
          <>
            , retired <Time at={retired_at} />
          </>
        )}
        {children}
      </Cell>
    </Row>
  );
}
