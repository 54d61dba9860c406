"use client";

import { CodeBlock } from "../ui/code-block.tsx";
import { Message } from "../ui/message.tsx";

/** The first page of a new tenant: how a decision comes about, with a command that works as pasted. */
export function HowToAsk({ hallUrl }: { hallUrl: string }) {
  return (
    <Message title="No decisions yet">
      <p>
        An agent asks for a capability, and the Hall decides. Put the key that <code className="font-mono">npm start</code>{" "}
        printed into the first line, and ask for one:
      </p>
      <CodeBlock label="command that asks for a decision" text={askCommand(hallUrl)} />
      <p>The answer appears here within two seconds, allowed or denied, with its receipt.</p>
    </Message>
  );
}

function askCommand(hallUrl: string): string {
  return `HALL_API_KEY=hall_key_…

curl -s ${hallUrl}/wcp/dispatch \\
  -H "Authorization: Bearer $HALL_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "capability_id": "cap.doc.summarize",
    "env": "dev",
    "data_label": "PUBLIC",
    "tenant_risk": "low",
    "qos_class": "P2",
    "tenant_id": "demo",
    "correlation_id": "first-question",
    "request": { "text": "A Hall decides whether a worker may run, and proves it." }
  }'`;
}
