import Link from "next/link";
import { CopyButton } from "../../ui/copyable.tsx";
import { cutMiddle } from "../../ui/cut.ts";

/** The receipt of an act. @param href where it is explained how to check it */
export function ReceiptId({ id, href }: { id: string; href?: string }) {
  const shown = cutMiddle(id, 13, 4);
  return (
    <span className="font-mono text-12 whitespace-nowrap">
      {href === undefined ? (
        <span title={id}>{shown}</span>
      ) : (
        <Link title={id} href={href} className="text-accent underline">
          {shown}
        </Link>
      )}
      <CopyButton text={id} label="receipt id" />
    </span>
  );
}
