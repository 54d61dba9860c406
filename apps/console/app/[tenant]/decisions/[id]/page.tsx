import { DENY_CODES, type DenyCode } from "@guildhall/protocol";
import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { DecisionView } from "../../../../components/decision-view.tsx";
import { hallAs } from "../../../../lib/hall-server.ts";
import { isNotFound } from "../../../../lib/refusal.ts";
import { readSession } from "../../../../lib/session.ts";

type Props = { params: Promise<{ tenant: string; id: string }> };

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export async function generateMetadata({ params }: Props): Promise<Metadata> {
  return { title: `Decision ${(await params).id.slice(0, 8)}` };
}

export default async function DecisionPage({ params }: Props) {
  const { id } = await params;
  const session = await readSession();
  if (!UUID.test(id) || !session) notFound();
  const found = await hallAs(session.session_token)
    .decision.get.query({ id })
    .catch((error: unknown) => {
      if (isNotFound(error)) return "absent" as const;
      // The page asks again from the browser, and has words for what it hears.
      return null;
    });
  // Another tenant's decision is no different from none.
  if (found === "absent") notFound();
  return <DecisionView key={id} id={id} initial={found} remedy={found && remedyFor(found.summary.code)} />;
}

/** What would change the answer. Read here, where the whole table of codes costs the browser nothing. */
function remedyFor(code: string | null): string | null {
  return code !== null && Object.hasOwn(DENY_CODES, code) ? DENY_CODES[code as DenyCode].remedy : null;
}
