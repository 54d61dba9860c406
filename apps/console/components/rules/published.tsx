"use client";

import Link from "next/link";
import { useParams } from "next/navigation";
import { paths } from "../../lib/paths.ts";
import type { Publication } from "../../lib/rule-types.ts";
import { count } from "../../ui/count.ts";
import { Notice } from "../../ui/notice.tsx";
import { ReceiptId } from "./receipt-id.tsx";

/** What stands where the button stood, once a bundle is in force. */
export function Published({ publication }: { publication: Publication }) {
  const { tenant } = useParams<{ tenant: string }>();
  return (
    <Notice tone="allow" title={`In force as publication No. ${count(publication.number)}`}>
      <p>
        Receipt{" "}
        <ReceiptId id={publication.receipt_id} href={paths.publicationReceipt(tenant, publication.number)} />
      </p>
      <p className="flex flex-wrap gap-x-4">
        <Link className="text-accent underline" href={paths.publication(tenant, publication.number)}>
          See the publication
        </Link>
        <Link className="text-accent underline" href={paths.rules(tenant)}>
          See the rules in force
        </Link>
      </p>
    </Notice>
  );
}
