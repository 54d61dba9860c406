"use client";

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { hall } from "../../lib/hall-client.ts";
import type { SessionLine } from "../../lib/people-types.ts";
import { Button } from "../../ui/button.tsx";
import { Cell, Row, Table } from "../../ui/table.tsx";
import { Time } from "../../ui/time.tsx";
import { Answer, Refused } from "../answer.tsx";
import { PageHeading } from "../page-heading.tsx";

const COLUMNS = "mid:grid-cols-[minmax(160px,280px)_minmax(120px,200px)_144px_144px_minmax(0,1fr)]";

/** Where the person is signed in, and a way to end what is not theirs. */
export function SessionsView() {
  const sessions = useQuery({
    queryKey: ["session.list"],
    queryFn: async ({ signal }) => (await hall.session.list.query({}, { signal })).sessions,
  });
  return (
    <div className="pb-16">
      <PageHeading title="Your sessions">
        Where you are signed in to this tenant. End what you do not know; then set another password.
      </PageHeading>
      <Answer of={sessions} what="Your sessions could not be read" label="Reading your sessions">
        {(all) => (
          <Table
            label="Your sessions"
            columns={COLUMNS}
            titles={["Begun with", "From", "Begun", "Ends", "Acts"]}
          >
            {all.map((session) => (
              <SessionRow key={session.id} session={session} />
            ))}
          </Table>
        )}
      </Answer>
    </div>
  );
}

const FACTOR_WORDS: Record<string, string> = {
  link: "a one-time link",
  password: "a password",
  totp: "an authenticator",
  passkey: "a passkey",
  recovery: "a recovery code",
};

function SessionRow({ session }: { session: SessionLine }) {
  const queries = useQueryClient();
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);

  async function end(): Promise<void> {
    setBusy(true);
    setFailure(null);
    try {
      await hall.session.revoke.mutate({ id: session.id });
      await queries.invalidateQueries({ queryKey: ["session.list"] });
    } catch (error) {
      setFailure(error);
      setBusy(false);
    }
  }

  const words = session.factors.split("+").map((factor) => FACTOR_WORDS[factor] ?? factor);
  return (
    <Row columns={COLUMNS}>
      <Cell>
        {words.join(" and ")}
        {session.current && <span className="text-quiet"> (this one)</span>}
      </Cell>
      <Cell title="from" className="font-mono text-12 break-all text-quiet">
        {session.address ?? "not kept"}
      </Cell>
      <Cell title="begun" className="text-quiet">
        <Time at={session.created_at} />
      </Cell>
      <Cell title="ends" className="font-mono text-12 text-quiet">
        <time dateTime={session.expires_at}>{session.expires_at.slice(0, 16).replace("T", " ")} UTC</time>
      </Cell>
      <Cell>
        {!session.current && (
          <Button
            look="quiet"
            className="mid:-ml-3"
            because={isBusy ? "It is being ended" : undefined}
            onClick={() => void end()}
          >
            End it
          </Button>
        )}
        {failure !== null && <Refused what="It was not ended" error={failure} />}
      </Cell>
    </Row>
  );
}
