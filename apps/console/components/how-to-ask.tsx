"use client";

import { CodeBlock } from "../ui/code-block.tsx";
import { Message } from "../ui/message.tsx";

/** The first page of a new tenant: how a decision comes about, with a command that works as pasted. */
export function HowToAsk({ hallUrl, tenant }: { hallUrl: string; tenant: string }) {
  const isDemo = tenant === "demo";
  return (
    <Message title="No decisions yet">
      <p>
        An agent asks for a capability, and the Hall decides.{" "}
        {isDemo
          ? "In the folder where the Hall was started:"
          : "With a key of this tenant in the first line, and an identity of that key as tenant_id:"}
      </p>
      <CodeBlock label="command that asks for a decision" text={askCommand(hallUrl, isDemo)} />
      <p>The answer appears here within two seconds, allowed or denied, with its receipt.</p>
    </Message>
  );
}

function askCommand(hallUrl: string, isDemo: boolean): string {
  return `HALL_API_KEY=${isDemo ? "$(cat .guildhall/demo-key)" : "hall_key_…"}

curl -s ${hallUrl}/wcp/dispatch \\
  -H "Authorization: Bearer $HALL_API_KEY" \\
  -H "Content-Type: application/json" \\
  -d '{
    "capability_id": "cap.doc.summarize",
    "env": "dev",
    "data_label": "PUBLIC",
    "tenant_risk": "low",
    "qos_class": "P2",
    "tenant_id": "${isDemo ? "demo.guildhall" : "…"}",
    "correlation_id": "first-question",
    "request": { "text": "A Hall decides whether a worker may run, and proves it." }
  }'`;
}
