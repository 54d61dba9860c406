import { CopyButton } from "../../ui/copyable.tsx";
import { cutMiddle } from "../../ui/cut.ts";

/** The receipt of an act. */
export function ReceiptId({ id }: { id: string }) {
  return (
    <span className="font-mono text-12 whitespace-nowrap">
      <span title={id}>{cutMiddle(id, 13, 4)}</span>
      <CopyButton text={id} label="receipt id" />
    </span>
  );
}
