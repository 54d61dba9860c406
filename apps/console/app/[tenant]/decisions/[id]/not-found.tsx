"use client";

import Link from "next/link";
import { useScope } from "../../../../components/use-scope.ts";
import { paths } from "../../../../lib/paths.ts";
import { Message } from "../../../../ui/message.tsx";

export default function DecisionNotFound() {
  const { tenant, query } = useScope();
  return (
    <Message level={1} title="No such decision here">
      <p>The id is mistyped, or the decision belongs to another tenant: the Hall does not say which.</p>
      <Link className="text-accent underline" href={paths.decisions(tenant, query)}>
        Back to the decisions
      </Link>
    </Message>
  );
}
